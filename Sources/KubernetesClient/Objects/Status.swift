/// What the API server answers instead of an object.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
public struct Status: Codable, Sendable, Equatable {
    public struct Details: Codable, Sendable, Equatable {
        public var name: String?
        public var kind: String?
        public var causes: [Cause]?
        public var retryAfterSeconds: Int?
    }

    public struct Cause: Codable, Sendable, Equatable {
        public var reason: String?
        public var message: String?
        public var field: String?
    }

    /// `Success` or `Failure`.
    public var status: String?
    public var message: String?
    /// A word that a machine can test: `NotFound`, `AlreadyExists`, `Expired` …
    public var reason: String?
    public var details: Details?
    public var code: Int?
}
