public import FoundationEssentials

/// An access key, with a session token if it is temporary. Its description contains only the key id.
public struct AWSCredentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The access key id, which is not secret.
    public var accessKeyID: String
    /// The secret key that signs requests.
    public var secretAccessKey: String
    /// The session token; nil for a long-term key.
    public var sessionToken: String?
    /// The expiry; nil for credentials that do not expire.
    public var expiration: Date?

    /// Creates credentials; a session token makes them temporary.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    /// The access key id alone.
    public var description: String { "access key \(accessKeyID)" }
    /// The access key id alone.
    public var debugDescription: String { description }
    /// A mirror with the access key id alone.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
