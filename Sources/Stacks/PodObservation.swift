public import FoundationEssentials

/// What the cluster's watch last said about the Pod of a stack.
public struct PodObservation: Sendable, Equatable {
    /// `status.phase` of the Pod.
    public enum Phase: String, Sendable {
        case pending = "Pending"
        case running = "Running"
        case succeeded = "Succeeded"
        case failed = "Failed"
        case unknown = "Unknown"
    }

    /// One container, of the Pod's `containerStatuses` or `initContainerStatuses`.
    public struct Container: Sendable, Equatable {
        public enum State: Sendable, Equatable {
            case waiting(reason: String?, message: String?)
            case running
            case terminated(exitCode: Int, reason: String?, message: String?)
        }

        public var name: String
        public var state: State

        public init(name: String, state: State) {
            self.name = name
            self.state = state
        }
    }

    public var name: String
    public var phase: Phase
    /// `status.reason` and `status.message`: set by eviction, a passed deadline, a lost node.
    public var reason: String?
    public var message: String?
    public var nodeName: String?
    /// Why the scheduler has not placed it, from the `PodScheduled` condition.
    public var unschedulable: String?
    public var containers: [Container]
    /// A delete was asked for and its grace period runs.
    public var isTerminating: Bool
    public var createdAt: Date?

    public init(
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
public struct NodeObservation: Sendable, Equatable {
    public var name: String
    /// The first address of type `ExternalIP`.
    public var externalIP: String?

    public init(name: String, externalIP: String? = nil) {
        self.name = name
        self.externalIP = externalIP
    }
}
