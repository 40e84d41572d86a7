import KubernetesClient
import PodPolicy
import Stacks

/// The consequence of a failed call to the API server. All API errors are classified here.
enum Disposition: Equatable {
    /// An object of this name exists; for a create only.
    case exists
    /// The object does not exist.
    case gone
    /// The call had no effect and may succeed after the pause. `orElse` is the error if no time is left for a retry.
    case retry(after: Duration, orElse: ClusterError)
    /// The effect of the call is unknown: read the object before a retry.
    case unknown(orElse: ClusterError)
    /// A retry cannot succeed.
    case final(ClusterError)
}

/// The kind of object that a call writes: the caller controls the spec of a Pod, but not that of a Service.
enum WrittenObject: Equatable {
    case pod
    /// A Service with these NodePorts, in the order of `spec.ports`.
    case service(nodePorts: [Int])
}

extension Disposition {
    /// Classifies an error. Which admission plugin rejected an object is stated only in the text of the Status message; the phrases are
    /// those of the plugins' sources.
    /// - Parameter object: the kind of object to create; nil for a read or a delete.
    init(_ error: KubernetesError, creating object: WrittenObject? = nil) {
        let text = error.message
        guard let code = error.code else {
            self = Self.withoutAnswer(error)
            return
        }
        // The kubelet's sentence about a container whose log does not exist yet.
        if code == 400, text.contains("is waiting to start") {
            self = .final(ClusterError(.noLogYet, text))
            return
        }
        // Checked first, since policies and webhooks choose their own status code.
        if Self.isDeniedByPolicy(text) {
            self = .final(ClusterError(.admissionDenied, text))
        } else if text.contains("failed calling webhook") {
            // Final, since the webhook does not respond and each retry would take its whole timeout.
            self = .final(ClusterError(.admissionUnavailable, text, retryAfterSeconds: error.retryAfterSeconds))
        } else if text.contains("range is full"), text.contains("allocate") {
            self = .final(ClusterError(.clusterIPsExhausted, text))
        } else {
            self = Self.answered(code, error, object)
        }
    }

    /// The error for a caller that does not retry.
    var error: ClusterError? {
        switch self {
        case .exists, .gone: nil
        case .retry(_, let error), .unknown(let error), .final(let error): error
        }
    }

    /// Returns the same consequence with a message in which secrets are hidden.
    func redacted(_ redaction: Redaction) -> Disposition {
        func hiding(_ error: ClusterError) -> ClusterError {
            ClusterError(error.code, redaction(error.message), retryAfterSeconds: error.retryAfterSeconds)
        }
        return switch self {
        case .exists, .gone: self
        case .retry(let pause, let error): .retry(after: pause, orElse: hiding(error))
        case .unknown(let error): .unknown(orElse: hiding(error))
        case .final(let error): .final(hiding(error))
        }
    }

    private static func withoutAnswer(_ error: KubernetesError) -> Disposition {
        switch error.kind {
        // Not sent: the limit of K8S_CLIENT_QPS leaves no time for the request.
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
            // The quota plugin of another API server updated the quota first; nothing was created.
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
        // The controller manager creates the account, and computes a new quota, a moment after the namespace.
        if text.contains("error looking up service account") || text.contains("status unknown for quota") {
            return .retry(after: .seconds(1), orElse: ClusterError(.busy, text, retryAfterSeconds: 2))
        }
        if quotaPhrases.contains(where: text.contains) { return .final(ClusterError(.quota, text)) }
        if error.isForbidden, limitRangePhrases.contains(where: text.contains) { return .final(ClusterError(.limitRange, text)) }
        for (code, phrase) in nodePortPhrases {
            let refused = causes.filter { $0.field?.hasSuffix("nodePort") == true && $0.message?.contains(phrase) == true }
            guard !refused.isEmpty else { continue }
            return .final(ClusterError(code, text, nodePorts: refused.compactMap { nodePort(of: $0.field ?? "", object) }))
        }
        if error.isForbidden { return .final(ClusterError(isMissingRight(text) ? .forbidden : .admissionDenied, text)) }
        return .final(ClusterError(object == .pod ? .invalid : .unexpected, text))
    }

    /// Returns true for a rejection by an admission policy or webhook.
    /// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
    private static func isDeniedByPolicy(_ text: String) -> Bool {
        let isPolicy = text.contains("ValidatingAdmissionPolicy '") && text.contains("denied request")
        return isPolicy || (text.contains("admission webhook \"") && text.contains("denied the request"))
    }

    /// Matches the authorizer's sentence `User "x" cannot create resource "pods" …`. "cannot" alone may come from a policy.
    private static func isMissingRight(_ text: String) -> Bool {
        text.contains("User \"") && text.contains("\" cannot ")
    }

    /// Returns the NodePort of the field `spec.ports[<index>].nodePort`; nil if the written Service has no such port.
    private static func nodePort(of field: String, _ object: WrittenObject?) -> Int? {
        guard case .service(let nodePorts) = object, field.hasPrefix("spec.ports[") else { return nil }
        let digits = field.dropFirst("spec.ports[".count).prefix { $0 != "]" }
        guard let index = Int(digits), nodePorts.indices.contains(index) else { return nil }
        return nodePorts[index]
    }

    /// Messages of the API server's NodePort allocator.
    private static let nodePortPhrases: [(ClusterError.Code, String)] = [
        (.portAllocated, "already allocated"), (.portOutOfRange, "not in the valid range"),
    ]

    private static let quotaPhrases = ["exceeded quota:", "failed quota:", "insufficient quota to match these scopes"]

    /// Messages of the LimitRanger admission plugin for a Container and for a Pod.
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
    /// Maps every error except cancellation to ``ClusterError``.
    func mappingErrors<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as KubernetesError { throw ClusterError(error) }
    }
}
