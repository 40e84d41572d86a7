import KubernetesClient
import Stacks

extension KubernetesCluster {
    /// Lets only ``ClusterError`` and cancellation out.
    func mappingErrors<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as KubernetesError { throw ClusterError(error) }
    }
}

extension ClusterError {
    /// Tells apart what the API server means by its answers. Admission plugins say which of them refused only in the text of the
    /// Status message; the phrases are those of the plugins' sources and are tested against a real API server.
    init(_ error: KubernetesError) {
        let text = error.message
        let causes = error.status?.details?.causes ?? []
        switch error.code {
        case 401:
            self.init(.unauthorized, text)
        case 404 where error.status?.details?.kind == "namespaces":
            self.init(.namespaceMissing, text)
        case 403 where causes.contains { $0.reason == "NamespaceTerminating" }:
            self.init(.namespaceTerminating, text)
        case 400, 403, 422:
            self.init(refused: error, causes: causes)
        default:
            let code: Code = error.isUnavailable || error.isTooManyRequests ? .unavailable : .unexpected
            self.init(code, "\(error)", retryAfterSeconds: error.status?.details?.retryAfterSeconds)
        }
    }

    private init(refused error: KubernetesError, causes: [Status.Cause]) {
        let text = error.message
        if text.contains("admission webhook") && text.contains("denied the request") {
            self.init(.admissionDenied, text)
        } else if text.contains("error looking up service account") {
            // The controller manager makes it a moment after the namespace.
            self.init(.unavailable, text, retryAfterSeconds: 2)
        } else if text.contains("exceeded quota:") || text.contains("failed quota:") {
            self.init(.quota, text)
        } else if error.isForbidden && Self.limitRangePhrases.contains(where: text.contains) {
            self.init(.limitRange, text)
        } else if let port = causes.first(where: { $0.field?.hasSuffix("nodePort") == true }) {
            let isAllocated = port.message?.contains("already allocated") == true
            self.init(isAllocated ? .portAllocated : .portOutOfRange, text)
        } else if error.isForbidden {
            self.init(text.contains("cannot ") ? .forbidden : .admissionDenied, text)
        } else {
            self.init(.invalid, text)
        }
    }

    /// What the LimitRanger admission plugin says, per Container and per Pod.
    private static let limitRangePhrases = [
        "usage per Container is", "usage per Pod is", "limit to request ratio per Container is", "limit to request ratio per Pod is",
    ]
}
