/// Why a call to the API server did not succeed. Never holds credentials.
public struct KubernetesError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// The API server answered with a failure; see ``KubernetesError/code`` and ``KubernetesError/status``.
        case status
        /// No answer came: whether the request had an effect is unknown.
        case transport
        case timedOut
        /// The answer is not what the API promises.
        case decoding
        /// kubeconfig, certificates or service account cannot be used.
        case configuration
        /// No valid credentials could be had.
        case credentials
    }

    public var kind: Kind
    public var message: String
    /// The HTTP status code, when there was an answer.
    public var code: Int?
    /// The API server's own words, when they were a Status object.
    public var status: Status?
    /// What the header `Retry-After` asks for, in seconds.
    public var retryAfterSeconds: Int?

    public init(_ kind: Kind, _ message: String, code: Int? = nil, status: Status? = nil, retryAfterSeconds: Int? = nil) {
        self.kind = kind
        self.message = message
        self.code = code
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds ?? status?.details?.retryAfterSeconds
    }

    public var reason: String? { status?.reason }
    public var isNotFound: Bool { code == 404 }
    public var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
    public var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
    public var isGone: Bool { code == 410 }
    public var isForbidden: Bool { code == 403 }
    public var isInvalid: Bool { code == 422 }
    public var isUnauthorized: Bool { code == 401 }
    public var isTooManyRequests: Bool { code == 429 }

    /// The API server could not be reached or could not answer: the effect may or may not have taken place.
    public var isUnavailable: Bool {
        switch kind {
        case .transport, .timedOut, .decoding: true
        case .status: (code ?? 0) >= 500
        case .configuration, .credentials: false
        }
    }

    public var description: String {
        var text = "\(kind)"
        if let code { text += " \(code)" }
        if let reason { text += " \(reason)" }
        return text + ": " + message
    }
}
