package import FoundationEssentials

/// What the cluster's watch last said about the Pod of a stack.
package struct PodObservation: Sendable, Equatable {
    /// `status.phase` of the Pod.
    package enum Phase: String, Sendable {
        case pending = "Pending"
        case running = "Running"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case unknown = "Unknown"
    }

    /// One container, of the Pod's `containerStatuses` or `initContainerStatuses`.
    package struct Container: Sendable, Equatable {
        package enum State: Sendable, Equatable {
            case waiting(reason: String?, message: String?)
            case running
            case terminated(exitCode: Int, reason: String?, message: String?)
        }

        package var name: String
        package var state: State

        package init(name: String, state: State) {
            self.name = name
            self.state = state
        }
    }

    package var name: String
    package var phase: Phase
    /// `status.reason` and `status.message`: set by eviction, a passed deadline, a lost node.
    package var reason: String?
    package var message: String?
    package var nodeName: String?
    /// Why the scheduler has not placed it, from the `PodScheduled` condition.
    package var unschedulable: String?
    package var containers: [Container]
    /// A delete was asked for and its grace period runs.
    package var isTerminating: Bool
    package var createdAt: Date?

    package init(
        name: String,
        phase: Phase = .pending,
        reason: String? = nil,
        message: String? = nil,
        nodeName: String? = nil,
        unschedulable: String? = nil,
        containers: [Container] = [],
        isTerminating: Bool = false,
        createdAt: Date? = nil
    ) {
        self.name = name
        self.phase = phase
        self.reason = reason
        self.message = message
        self.nodeName = nodeName
        self.unschedulable = unschedulable
        self.containers = containers
        self.isTerminating = isTerminating
        self.createdAt = createdAt
    }
}

/// What the cluster's watch last said about a node.
package struct NodeObservation: Sendable, Equatable {
    package var name: String
    /// The first address of type `ExternalIP`.
    package var externalIP: String?
    /// Whether its kubelet reports.
    package var isReady: Bool

    package init(name: String, externalIP: String? = nil, isReady: Bool = true) {
        self.name = name
        self.externalIP = externalIP
        self.isReady = isReady
    }
}
