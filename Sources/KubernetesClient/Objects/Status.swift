/// The API server's response to a failed request, or to a deletion.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
public struct Status: Codable, Sendable, Equatable {
    /// Machine-readable details of the failure.
    public struct Details: Codable, Sendable, Equatable {
        /// The name of the object.
        public var name: String?
        /// The plural resource name of the object, such as `namespaces`.
        public var kind: String?
        /// The causes, if there may be several.
        public var causes: [Cause]?
        /// The seconds after which the request may be retried.
        public var retryAfterSeconds: Int?
    }

    /// One cause of the failure.
    public struct Cause: Codable, Sendable, Equatable {
        /// A machine-readable reason, such as `FieldValueInvalid`.
        public var reason: String?
        /// A human-readable sentence.
        public var message: String?
        /// The path of the field, such as `spec.ports[0].nodePort`.
        public var field: String?
    }

    /// The kind, always `Status`.
    public var kind: String?
    /// `Success` or `Failure`.
    public var status: String?
    /// A human-readable sentence.
    public var message: String?
    /// A machine-readable reason, such as `NotFound`, `AlreadyExists` or `Expired`.
    public var reason: String?
    /// Machine-readable details of the failure.
    public var details: Details?
    /// The HTTP status code.
    public var code: Int?
}
