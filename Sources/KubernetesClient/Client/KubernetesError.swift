/// The failure of a call to the API server. Never contains credentials.
public struct KubernetesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public enum Kind: Sendable, Equatable {
        /// The API server responded with an error; see ``KubernetesError/code`` and ``KubernetesError/status``.
        case status
        /// No response arrived; the effect of the request is unknown.
        case transport
        /// No complete response arrived in time; the effect of the request is unknown.
        case timedOut
        /// The response does not match the API.
        case decoding
        /// The client-side rate limit would exceed the timeout; nothing was sent.
        case throttled
        /// The request is malformed; nothing was sent.
        case request
        /// The kubeconfig, the certificates or the service account is unusable.
        case configuration
        /// No valid credentials are available at present; nothing was sent.
        case credentials
    }

    /// The kind of failure.
    public var kind: Kind
    /// A message for the operator.
    public var message: String
    /// The HTTP status code, if there was a response.
    public var code: Int?
    /// The Status object of the response, if there was one.
    public var status: Status?
    /// The requested wait in seconds, from the header `Retry-After` or else from the Status object.
    public var retryAfterSeconds: Int?

    /// - Parameter retryAfterSeconds: nil for the value in `status`.
    public init(_ kind: Kind, _ message: String, code: Int? = nil, status: Status? = nil, retryAfterSeconds: Int? = nil) {
        self.kind = kind
        self.message = message
        self.code = code
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds ?? status?.details?.retryAfterSeconds
    }

    /// The `reason` of the Status object, such as `NotFound`.
    public var reason: String? { status?.reason }
    /// 404 with reason `NotFound`: the object does not exist. A 404 without the reason, as from a misrouting proxy, does not count.
    public var isNotFound: Bool { code == 404 && reason == "NotFound" }
    /// 409 with reason `AlreadyExists`: the name is taken.
    public var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
    /// 409 on a write: the object has changed since it was read.
    public var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
    /// 410: the resource version or the continue token has expired.
    public var isGone: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
    /// 403: denied by authorization or by an admission plugin.
    public var isForbidden: Bool { code == 403 }
    /// 422: the object is invalid.
    public var isInvalid: Bool { code == 422 }
    /// 401: the credentials were rejected.
    public var isUnauthorized: Bool { code == 401 }
    /// 429: the API server sheds load.
    public var isTooManyRequests: Bool { code == 429 }

    /// True if the API server is unreachable or overloaded and a later request may succeed. The effect of this one may be unknown.
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
