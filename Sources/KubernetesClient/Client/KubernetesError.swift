/// Why a call to the API server did not succeed. Never holds credentials.
public struct KubernetesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where the failure lies.
    public enum Kind: Sendable, Equatable {
        /// The API server answered with a failure; see ``KubernetesError/code`` and ``KubernetesError/status``.
        case status
        /// No answer came: whether the request had an effect is unknown.
        case transport
        /// No whole answer came in time: whether the request had an effect is unknown.
        case timedOut
        /// The answer is not what the API promises.
        case decoding
        /// The client-side limit would have made it wait for longer than it may take; nothing was sent.
        case throttled
        /// The request makes no sense; nothing was sent.
        case request
        /// kubeconfig, certificates or service account cannot be used.
        case configuration
        /// No valid credentials could be had, at least now; nothing was sent.
        case credentials
    }

    /// Where the failure lies.
    public var kind: Kind
    /// What an operator should read.
    public var message: String
    /// The HTTP status code, when there was an answer.
    public var code: Int?
    /// The API server's own words, when they were a Status object.
    public var status: Status?
    /// What the header `Retry-After` asks for, or else the Status object, in seconds.
    public var retryAfterSeconds: Int?

    /// - Parameter retryAfterSeconds: nil for what `status` says.
    public init(_ kind: Kind, _ message: String, code: Int? = nil, status: Status? = nil, retryAfterSeconds: Int? = nil) {
        self.kind = kind
        self.message = message
        self.code = code
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds ?? status?.details?.retryAfterSeconds
    }

    /// The API server's word for it, such as `NotFound`.
    public var reason: String? { status?.reason }
    /// 404: there is no such object. A 404 without the API server's word for it, as of a misrouting proxy, proves nothing.
    public var isNotFound: Bool { code == 404 && reason == "NotFound" }
    /// 409 on a create: the name is taken.
    public var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
    /// 409 on a write: the object has changed since it was read.
    public var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
    /// 410: the version or the continue token is too old.
    public var isGone: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
    /// 403: not allowed, by authorization or by an admission plugin.
    public var isForbidden: Bool { code == 403 }
    /// 422: the object is not valid.
    public var isInvalid: Bool { code == 422 }
    /// 401: the credentials were not accepted.
    public var isUnauthorized: Bool { code == 401 }
    /// 429: the API server sheds load.
    public var isTooManyRequests: Bool { code == 429 }

    /// The API server could not be reached or could not answer, but may later: the effect may or may not have taken place.
    public var isUnavailable: Bool {
        switch kind {
        case .transport, .timedOut, .decoding, .throttled, .credentials: true
        case .status: (code ?? 0) >= 500
        case .request, .configuration: false
        }
    }

    /// Kind, code, reason and message on one line.
    public var description: String {
        var text = "\(kind)"
        if let code { text += " \(code)" }
        if let reason { text += " \(reason)" }
        return text + ": " + message
    }
}
