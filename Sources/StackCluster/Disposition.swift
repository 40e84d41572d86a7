import KubernetesClient
import Stacks

/// The consequence of a failed call to the API server. Every answer is judged here and nowhere else.
enum Disposition: Equatable {
    /// A create: an object of this name exists.
    case exists
    /// There is no such object.
    case gone
    /// Nothing was done. The same request may succeed after the pause; the error counts when there is no time left for it.
    case retry(after: Duration, orElse: ClusterError)
    /// Nobody knows whether it was done: look before it is sent again.
    case unknown(orElse: ClusterError)
    /// Sending it again helps nothing.
    case final(ClusterError)
}

/// The object that a call writes: an error means other things for a Pod, whose spec is the caller's, than for a Service.
enum WrittenObject {
    case pod
    case service
}

extension Disposition {
    /// Admission plugins say which of them refused only in the text of the Status message; the phrases are those of the plugins'
    /// sources.
    /// - Parameter object: what a create writes; nil for a read or a delete.
    init(_ error: KubernetesError, creating object: WrittenObject? = nil) {
        let text = error.message
        guard let code = error.code else {
            self = Self.withoutAnswer(error)
            return
        }
        // Policies and webhooks choose the code of their refusal themselves, so the text comes first.
        if Self.isDeniedByPolicy(text) {
            self = .final(ClusterError(.admissionDenied, text))
        } else if text.contains("failed calling webhook") {
            // It fails closed and does not answer: each further try would take its whole time-out.
            self = .final(ClusterError(.admissionUnavailable, text, retryAfterSeconds: error.retryAfterSeconds))
        } else if text.contains("range is full"), text.contains("allocate") {
            self = .final(ClusterError(.clusterIPsExhausted, text))
        } else {
            self = Self.answered(code, error, object)
        }
    }

    /// The error for a caller who does not repeat.
    var error: ClusterError? {
        switch self {
        case .exists, .gone: nil
        case .retry(_, let error), .unknown(let error), .final(let error): error
        }
    }

    private static func withoutAnswer(_ error: KubernetesError) -> Disposition {
        switch error.kind {
        // Nothing was sent: K8S_CLIENT_QPS leaves no time for it.
        case .throttled: .final(ClusterError(.busy, "\(error)"))
        case .credentials: .final(ClusterError(.noCredentials, "\(error)"))
        case .request, .configuration: .final(ClusterError(.unexpected, "\(error)"))
        case .status, .transport, .timedOut, .decoding: .unknown(orElse: ClusterError(.unavailable, "\(error)"))
        }
    }

    private static func answered(_ code: Int, _ error: KubernetesError, _ object: WrittenObject?) -> Disposition {
        let details = error.status?.details
        switch code {
        case 401: return .final(ClusterError(.unauthorized, error.message))
        case 404 where details?.kind == "namespaces": return .final(ClusterError(.namespaceMissing, error.message))
        case 404 where error.isNotFound: return .gone
        case 409 where error.isAlreadyExists: return .exists
        case 409 where object != nil:
            // The quota plugin of another API server was faster; nothing was made.
            // https://github.com/kubernetes/kubernetes/issues/67761
            return .retry(after: .milliseconds(100), orElse: ClusterError(.busy, error.message))
        case 409: return .final(ClusterError(.busy, "\(error)"))
        case 400, 403, 422: return refused(error, object)
        case 429: return .retry(after: pause(error), orElse: busy(error))
        case 503 where error.retryAfterSeconds != nil: return .retry(after: pause(error), orElse: busy(error))
        case 500...: return .unknown(orElse: ClusterError(.unavailable, "\(error)", retryAfterSeconds: error.retryAfterSeconds))
        default: return .final(ClusterError(.unexpected, "\(error)"))
        }
    }

    private static func refused(_ error: KubernetesError, _ object: WrittenObject?) -> Disposition {
        let text = error.message
        let causes = error.status?.details?.causes ?? []
        if causes.contains(where: { $0.reason == "NamespaceTerminating" }) {
            return .final(ClusterError(.namespaceTerminating, text))
        }
        // The controller manager makes the account a moment after the namespace, and computes a new quota as late.
        if text.contains("error looking up service account") || text.contains("status unknown for quota") {
            return .retry(after: .seconds(1), orElse: ClusterError(.busy, text, retryAfterSeconds: 2))
        }
        if quotaPhrases.contains(where: text.contains) { return .final(ClusterError(.quota, text)) }
        if error.isForbidden, limitRangePhrases.contains(where: text.contains) { return .final(ClusterError(.limitRange, text)) }
        if let port = causes.first(where: { $0.field?.hasSuffix("nodePort") == true })?.message {
            if port.contains("already allocated") { return .final(ClusterError(.portAllocated, text)) }
            if port.contains("not in the valid range") { return .final(ClusterError(.portOutOfRange, text)) }
        }
        if error.isForbidden { return .final(ClusterError(isMissingRight(text) ? .forbidden : .admissionDenied, text)) }
        return .final(ClusterError(object == .pod ? .invalid : .unexpected, text))
    }

    /// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
    private static func isDeniedByPolicy(_ text: String) -> Bool {
        let isPolicy = text.contains("ValidatingAdmissionPolicy '") && text.contains("denied request")
        return isPolicy || (text.contains("admission webhook \"") && text.contains("denied the request"))
    }

    /// The authorizer's own sentence: `User "x" cannot create resource "pods" …`. A policy may say "cannot" as well.
    private static func isMissingRight(_ text: String) -> Bool {
        text.contains("User \"") && text.contains("\" cannot ")
    }

    private static let quotaPhrases = ["exceeded quota:", "failed quota:", "insufficient quota to match these scopes"]

    /// The LimitRanger admission plugin says these per Container and per Pod.
    private static let limitRangePhrases = [
        "usage per Container is", "usage per Pod is", "limit to request ratio per Container is", "limit to request ratio per Pod is",
    ]

    private static func pause(_ error: KubernetesError) -> Duration { .seconds(min(max(0, error.retryAfterSeconds ?? 1), 60)) }

    private static func busy(_ error: KubernetesError) -> ClusterError {
        ClusterError(.busy, "\(error)", retryAfterSeconds: error.retryAfterSeconds)
    }
}

extension ClusterError {
    init(_ error: KubernetesError) {
        self = Disposition(error).error ?? ClusterError(.unexpected, "\(error)")
    }
}

extension KubernetesCluster {
    /// Lets only ``ClusterError`` and cancellation out.
    func mappingErrors<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as KubernetesError { throw ClusterError(error) }
    }
}
