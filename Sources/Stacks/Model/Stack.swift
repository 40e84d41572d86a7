/// A stack as callers see it: the record, and what the cluster says of it at this moment.
package struct Stack: Sendable, Equatable {
    package var record: StackRecord
    package var status: StackStatus
    /// Why the status is what it is, in Kubernetes' own word (`ImagePullBackOff`, `OOMKilled`), when there is something to say.
    package var reason: String?
    /// The same as a sentence.
    package var message: String?
    /// The node's ExternalIP, when it has one.
    package var nodePublicIP: String?

    package init(record: StackRecord, status: StackStatus, reason: String? = nil, message: String? = nil, nodePublicIP: String? = nil) {
        self.record = record
        self.status = status
        self.reason = reason
        self.message = message
        self.nodePublicIP = nodePublicIP
    }
}

/// The five states that callers know.
package enum StackStatus: String, Sendable, CaseIterable {
    /// Not running yet.
    case creating
    case running
    /// The Pod ended by itself, successfully.
    case stopped
    /// The Pod failed, or can never start.
    case failed
    /// The node that carried the Pod is no longer part of the cluster.
    case nodeDeleted = "node_deleted"

    /// Whether a player may count on it now or soon.
    package var isActive: Bool { self == .creating || self == .running }
}
