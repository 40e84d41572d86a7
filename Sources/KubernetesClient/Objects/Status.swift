/// What the API server answers instead of an object.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
public struct Status: Codable, Sendable, Equatable {
    /// More about it, for machines.
    public struct Details: Codable, Sendable, Equatable {
        /// Of the object.
        public var name: String?
        /// The object's resource, in the plural: `namespaces`.
        public var kind: String?
        /// Each mistake, when there may be several.
        public var causes: [Cause]?
        /// Seconds after which the request may be sent again.
        public var retryAfterSeconds: Int?
    }

    /// One mistake.
    public struct Cause: Codable, Sendable, Equatable {
        /// A word that a machine can test: `FieldValueInvalid` …
        public var reason: String?
        /// A sentence.
        public var message: String?
        /// Where it is in the object: `spec.ports[0].nodePort`.
        public var field: String?
    }

    /// Always `Status`.
    public var kind: String?
    /// `Success` or `Failure`.
    public var status: String?
    /// A sentence.
    public var message: String?
    /// A word that a machine can test: `NotFound`, `AlreadyExists`, `Expired` …
    public var reason: String?
    /// More about it, for machines.
    public var details: Details?
    /// The HTTP status code.
    public var code: Int?
}
