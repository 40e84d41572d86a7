public import FoundationEssentials

/// An access key, and the session token that belongs to it if it is temporary. Printing it shows the key's id alone.
public struct AWSCredentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// No secret: it names the key.
    public var accessKeyID: String
    /// What signatures are made with.
    public var secretAccessKey: String
    /// nil for a lasting key.
    public var sessionToken: String?
    /// nil when they never expire.
    public var expiration: Date?

    /// An access key, temporary when it has a session token.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    /// The key's id alone.
    public var description: String { "access key \(accessKeyID)" }
    /// The key's id alone.
    public var debugDescription: String { description }
    /// The key's id alone.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
