/// A stack as callers see it: the record and the current status from the cluster.
package struct Stack: Sendable, Equatable {
    package var record: StackRecord
    package var status: StackStatus
    /// The reason for the status in Kubernetes' terms (`ImagePullBackOff`, `OOMKilled`), if there is one.
    package var reason: String?
    /// The reason as a sentence.
    package var message: String?
    /// The first ExternalIP of the node, if it has one.
    package var nodePublicIP: String?
    /// True if every container passes its readiness probe, or runs without one.
    package var isReady: Bool

    package init(
        record: StackRecord,
        status: StackStatus,
        reason: String? = nil,
        message: String? = nil,
        nodePublicIP: String? = nil,
        isReady: Bool = false
    ) {
        self.record = record
        self.status = status
        self.reason = reason
        self.message = message
        self.nodePublicIP = nodePublicIP
        self.isReady = isReady
    }
}

/// The status of a stack in responses.
package enum StackStatus: String, Sendable, CaseIterable {
    /// The Pod is not running yet.
    case creating
    case running
    /// The Pod succeeded.
    case stopped
    /// The Pod failed or cannot start.
    case failed
    /// The node of the Pod is no longer part of the cluster.
    case nodeDeleted = "node_deleted"

    /// True if a player can use the stack now or soon.
    package var isActive: Bool { self == .creating || self == .running }
}
