import HTTPTypes
import Stacks

/// The code of an error response: one of the service, or one of HTTP alone.
enum ErrorCode: Sendable, Hashable {
    case service(StackError.Code)
    case request(RequestError.Code)

    var text: String {
        switch self {
        case .service(let code): code.rawValue
        case .request(let code): code.rawValue
        }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .service(let code): code.httpStatus
        case .request(let code): code.status
        }
    }
}

extension [StackError.Code] {
    /// The codes of every route that asks the store.
    static let store: Self = [.storeUnavailable, .shuttingDown, .internalError]

    /// The codes of every route that shows stacks, whose status comes from the cluster.
    static let read: Self = store + [.kubernetesUnavailable]

    /// The codes of every route that sends requests to the API server.
    static let cluster: Self = read + [.kubernetesUnauthorized, .kubernetesForbidden]

    static let delete: Self = cluster + [.tooManyCreates, .installationMismatch, .admissionDenied, .admissionUnavailable]

    static let create: Self =
        cluster + [
            .invalidPodSpec, .limitRangeViolated, .stackExists, .idempotencyKeyReused, .requestInProgress, .userStackLimitReached,
            .clusterSaturated, .unschedulable, .nodePortsExhausted, .quotaExceeded, .tooManyCreates, .runtimeClassMissing,
            .installationMismatch, .namespaceMissing, .namespaceTerminating, .admissionDenied, .admissionUnavailable, .clusterIPsExhausted,
        ]
}
