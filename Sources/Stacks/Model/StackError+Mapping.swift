import Logging

extension StackError {
    static func notFound(_ id: StackID) -> StackError {
        StackError(.stackNotFound, "no stack \(id)")
    }

    package static func runtimeClassMissing(_ name: String) -> StackError {
        StackError(
            .runtimeClassMissing,
            "the cluster has no RuntimeClass \(name), which STACK_RUNTIME_CLASS names; stacks cannot be created without it",
            retryAfterSeconds: 30
        )
    }

    package static let notSynced = StackError(
        .kubernetesUnavailable,
        "the state of the Kubernetes cluster has not been read yet",
        retryAfterSeconds: 5
    )

    /// - Parameter count: the number of NodePorts that the stack needs.
    static func noPortLeft(for count: Int) -> StackError {
        let range = "the range STACK_NODEPORT_MIN…STACK_NODEPORT_MAX"
        let sentence =
            count == 1
            ? "every NodePort of \(range) is in use" : "fewer NodePorts of \(range) are free than the \(count) that the stack needs"
        return StackError(.nodePortsExhausted, sentence, retryAfterSeconds: 30)
    }

    static func portsBusy(count: Int) -> StackError {
        StackError(
            .nodePortsExhausted,
            "\(count) NodePorts in succession belong to stacks that are being made or removed; try again",
            retryAfterSeconds: 2
        )
    }

    /// - Parameter resource: the Kubernetes name of the resource.
    static func tooLittle(of resource: String) -> StackError {
        StackError(.clusterSaturated, "the nodes have too little \(resource) left for one more stack", retryAfterSeconds: 30)
    }

    static func createTimedOut(after limit: Duration) -> StackError {
        StackError(
            .kubernetesUnavailable,
            "the create was not finished within STACK_PORT_LOCK_TTL (\(limit.components.seconds) s); what there is of it is removed",
            retryAfterSeconds: 5
        )
    }

    static let clientClosed = StackError(
        .clientClosedRequest,
        "the client closed its connection before the answer; the create was undone, since nobody could name its stack"
    )

    /// Objects in another namespace can neither be deleted nor seen gone by this process.
    static func foreignNamespace(_ record: StackRecord) -> StackError {
        StackError(.internalError, "stack \(record.id) is in another namespace than this service's")
    }

    /// Maps a refused reservation to the caller's terms; nil if the response needs more than the refusal.
    init?(refusal error: any Error, request: CreateRequest, limits: ReservationLimits) {
        switch error as? ReservationRefusal {
        case .userLimitReached(let count):
            self.init(
                .userStackLimitReached,
                "user \(request.userID ?? 0) has \(count) stacks; at most \(limits.stacksPerUser) are allowed",
                retryAfterSeconds: 30
            )
        case .overBudget:
            self.init(
                .clusterSaturated,
                "the cluster has too little cpu or memory left for this stack and the reserve STACK_RESOURCE_RESERVE_RATIO",
                retryAfterSeconds: 30
            )
        case .stackExists, .portsTaken, .keyUsed, nil:
            return nil
        }
    }

    /// Maps a failure of Kubernetes to the caller's terms.
    init(_ error: ClusterError) {
        let retry = error.retryAfterSeconds
        switch error.code {
        case .portAllocated, .portOutOfRange: self.init(.nodePortsExhausted, error.message, retryAfterSeconds: retry ?? 30)
        case .limitRange: self.init(.limitRangeViolated, error.message)
        case .quota: self.init(.quotaExceeded, error.message, retryAfterSeconds: retry ?? 30)
        case .unschedulable: self.init(.unschedulable, error.message, retryAfterSeconds: retry ?? 30)
        case .podGone: self.init(.kubernetesUnavailable, error.message, retryAfterSeconds: retry ?? 5)
        case .noLogYet: self.init(.logsNotReady, error.message, retryAfterSeconds: retry ?? 2)
        case .namespaceMissing: self.init(.namespaceMissing, "the namespace of the stacks does not exist")
        case .namespaceTerminating: self.init(.namespaceTerminating, "the namespace of the stacks is being deleted")
        case .admissionDenied: self.init(.admissionDenied, "an admission policy of the cluster refuses the stack")
        case .admissionUnavailable:
            self.init(.admissionUnavailable, "an admission webhook of the cluster does not answer", retryAfterSeconds: retry ?? 10)
        case .clusterIPsExhausted:
            let message = "no address is left in the cluster's range for Services, of which each stack needs one"
            self.init(.clusterIPsExhausted, message, retryAfterSeconds: retry ?? 30)
        case .unauthorized: self.init(.kubernetesUnauthorized, "the API server does not accept the service's credentials")
        case .forbidden: self.init(.kubernetesForbidden, "the API server does not allow the service to do this")
        case .invalid: self.init(.invalidPodSpec, error.message)
        case .unavailable:
            let message = "the Kubernetes API server cannot be reached or fails"
            self.init(.kubernetesUnavailable, message, retryAfterSeconds: retry ?? 5)
        case .busy:
            let message = "the Kubernetes API server is overloaded; try again"
            self.init(.kubernetesUnavailable, message, retryAfterSeconds: retry ?? 2)
        case .noCredentials:
            let message = "the service has no valid credentials for the Kubernetes API server"
            self.init(.kubernetesUnavailable, message, retryAfterSeconds: retry ?? 10)
        case .unexpected: self.init(.internalError, "an internal error occurred")
        }
    }
}

extension StackService {
    /// Maps every error to ``StackError`` and logs details that callers must not see.
    func translatingErrors<Result>(_ logger: Logger, _ body: () async throws -> Result) async throws(StackError) -> Result {
        do {
            return try await body()
        } catch {
            throw translated(error, logger)
        }
    }

    func translated(_ error: any Error, _ logger: Logger) -> StackError {
        switch error {
        case let error as StackError:
            return error
        case is CancellationError:
            return StackError(.shuttingDown, "the service is shutting down", retryAfterSeconds: 5)
        case let error as ClusterError:
            let translated = StackError(error)
            let level: Logger.Level = translated.code.isOperatorsConcern ? .error : .notice
            logger.log(level: level, "Kubernetes refused", metadata: ["error": "\(error)"])
            return translated
        case let error as StoreError:
            log(error, logger)
            return StackError(error)
        default:
            logger.error("unexpected error", metadata: ["error": "\(error)"])
            return StackError(.internalError, "an internal error occurred")
        }
    }

    /// Logs what callers must not see of a failure of the store.
    private func log(_ error: StoreError, _ logger: Logger) {
        switch error {
        case .unavailable(let reason), .unreachable(let reason):
            logger.error("the store is unavailable", metadata: ["error": "\(reason)"])
        case .unreadable(let record):
            // A retry would fail as well: an operator has to look at the record.
            logger.error("a record cannot be read", metadata: ["error": "\(record.reason)"])
        case .lostReservation:
            break
        }
    }
}

extension StackError.Code {
    /// Returns the code that the caller of a request gets for an error.
    init(of error: any Error) {
        self =
            switch error {
            case let error as StackError: error.code
            case let error as ClusterError: StackError(error).code
            case let error as StoreError: StackError(error).code
            case is CancellationError: .shuttingDown
            default: .internalError
            }
    }
}

extension StackError {
    /// Maps a failure of the store to the caller's terms.
    fileprivate init(_ error: StoreError) {
        switch error {
        case .unavailable, .unreachable:
            self.init(.storeUnavailable, "the store cannot be reached", retryAfterSeconds: 5)
        case .unreadable(let record):
            self.init(.internalError, "the record of \(record.id.map(\.description) ?? "a stack") cannot be read")
        case .lostReservation(let id):
            self.init(.kubernetesUnavailable, "\(id) was removed while it was being created", retryAfterSeconds: 5)
        }
    }
}

extension StackError.Code {
    /// True for server-side faults: an operator has to look at the cluster or the service.
    var isOperatorsConcern: Bool {
        switch self {
        case .namespaceMissing, .namespaceTerminating, .admissionDenied, .admissionUnavailable, .clusterIPsExhausted,
            .kubernetesUnauthorized, .kubernetesForbidden, .kubernetesUnavailable, .runtimeClassMissing, .storeUnavailable,
            .installationMismatch, .internalError:
            true
        default: false
        }
    }
}
