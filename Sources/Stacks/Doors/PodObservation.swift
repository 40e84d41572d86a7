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

        /// How a container runs.
        package enum Role: Sendable, Equatable {
            case main
            /// Runs to its end before the main ones.
            case initial
            /// An init container that runs beside the main ones and is restarted.
            case sidecar
        }

        package var name: String
        package var state: State
        package var role: Role
        /// Whether the spec of the stack named it; an admission webhook may have injected others.
        package var isOurs: Bool
        /// The container ports that it declares.
        package var ports: [Int]

        package init(name: String, state: State, role: Role = .main, isOurs: Bool = true, ports: [Int] = []) {
            self.name = name
            self.state = state
            self.role = role
            self.isOurs = isOurs
            self.ports = ports
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
    /// The addresses of type `ExternalIP`, in the node's order.
    package var externalIPs: [String]
    /// Whether its kubelet reports that all is well.
    package var isReady: Bool
    /// Whether its kubelet has stopped reporting.
    package var isUnreachable: Bool

    package init(name: String, externalIPs: [String] = [], isReady: Bool = true, isUnreachable: Bool = false) {
        self.name = name
        self.externalIPs = externalIPs
        self.isReady = isReady
        self.isUnreachable = isUnreachable
    }

    /// The first external address of a family, as a NodePort answers only on addresses of its Service's family.
    /// - Parameter family: nil when the Service is not known; then the first address counts.
    func externalIP(of family: IPFamily?) -> String? {
        externalIPs.first { family == nil || IPFamily(address: $0) == family }
    }
}

/// A family of IP addresses, in Kubernetes' words.
package enum IPFamily: String, Sendable {
    case v4 = "IPv4"
    case v6 = "IPv6"

    init(address: String) { self = address.contains(":") ? .v6 : .v4 }
}
