package import PodPolicy

/// The failure of a request, in the caller's terms.
package struct StackError: Error, Sendable, Equatable {
    /// The stable error code, the `code` of the response.
    package enum Code: String, Sendable, CaseIterable {
        case invalidRequest = "invalid_request"
        case invalidPodSpec = "invalid_pod_spec"
        case limitRangeViolated = "limit_range_violated"
        case stackNotFound = "stack_not_found"
        case stackExists = "stack_exists"
        case renewalTooEarly = "renewal_too_early"
        case lifetimeExhausted = "lifetime_exhausted"
        case logsNotReady = "logs_not_ready"
        case idempotencyKeyReused = "idempotency_key_reused"
        case requestInProgress = "request_in_progress"
        case userStackLimitReached = "user_stack_limit_reached"
        case clusterSaturated = "cluster_saturated"
        case unschedulable = "unschedulable"
        case nodePortsExhausted = "node_ports_exhausted"
        case quotaExceeded = "quota_exceeded"
        case tooManyCreates = "too_many_creates"
        case tooManyListeners = "too_many_listeners"
        case tooManyReads = "too_many_reads"
        case kubernetesUnavailable = "kubernetes_unavailable"
        case runtimeClassMissing = "runtime_class_missing"
        case storeUnavailable = "store_unavailable"
        case installationMismatch = "installation_mismatch"
        case clientClosedRequest = "client_closed_request"
        case shuttingDown = "shutting_down"
        case namespaceMissing = "namespace_missing"
        case namespaceTerminating = "namespace_terminating"
        case admissionDenied = "admission_denied"
        case admissionUnavailable = "admission_unavailable"
        case clusterIPsExhausted = "cluster_ips_exhausted"
        case kubernetesUnauthorized = "kubernetes_unauthorized"
        case kubernetesForbidden = "kubernetes_forbidden"
        case internalError = "internal_error"
    }

    package var code: Code
    /// A sentence with the field or object, the value found and the values allowed.
    package var message: String
    /// Every problem of a refused Pod spec.
    package var details: [PodSpecProblem]
    /// The stack that stands in the way of a create.
    package var conflict: Conflict?
    /// The delay after which a retry may succeed, in seconds.
    package var retryAfterSeconds: Int?

    package init(_ code: Code, _ message: String, details: [PodSpecProblem] = [], retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// A stack for the same `(user, problem)`.
    package struct Conflict: Sendable, Equatable {
        package var stackID: StackID
        /// True if the stack is on its way out, so that a retry succeeds once it is gone.
        package var isLeaving: Bool

        package init(stackID: StackID, isLeaving: Bool) {
            self.stackID = stackID
            self.isLeaving = isLeaving
        }
    }
}
