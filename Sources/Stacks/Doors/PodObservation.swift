package import FoundationEssentials

/// The cached state of a stack's Pod.
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

        /// The role of a container in its Pod.
        package enum Role: Sendable, Equatable {
            case main
            /// An init container that ends before the main containers start.
            case initial
            /// A restartable init container that runs beside the main containers.
            case sidecar
        }

        package var name: String
        package var state: State
        package var role: Role
        /// True if the stack's spec names the container; false if an admission webhook injected it.
        package var isOurs: Bool
        /// The declared container ports.
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
    /// `status.reason`, set for an evicted Pod, a passed deadline or a lost node. `message` is `status.message`.
    package var reason: String?
    package var message: String?
    package var nodeName: String?
    /// The message of the `PodScheduled` condition while the Pod is unschedulable.
    package var unschedulable: String?
    package var containers: [Container]
    /// The `Ready` condition: every container passes its readiness probe, or runs without one.
    package var isReady: Bool
    /// True once deletion was requested, while the grace period runs.
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
        isReady: Bool = false,
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
        self.isReady = isReady
        self.isTerminating = isTerminating
        self.createdAt = createdAt
    }
}

/// The cached state of a node.
package struct NodeObservation: Sendable, Equatable {
    package var name: String
    /// The addresses of type `ExternalIP`, in the node's order.
    package var externalIPs: [String]
    /// True if the `Ready` condition of the node is true.
    package var isReady: Bool
    /// True if the kubelet has stopped reporting.
    package var isUnreachable: Bool

    package init(name: String, externalIPs: [String] = [], isReady: Bool = true, isUnreachable: Bool = false) {
        self.name = name
        self.externalIPs = externalIPs
        self.isReady = isReady
        self.isUnreachable = isUnreachable
    }

    /// Returns the first external address of `family`: a NodePort accepts connections only on addresses of its Service's family.
    /// - Parameter family: nil if the Service is unknown; then any address matches.
    func externalIP(of family: IPFamily?) -> String? {
        externalIPs.first { family == nil || IPFamily(address: $0) == family }
    }
}

/// A family of IP addresses, with the names that Kubernetes uses.
package enum IPFamily: String, Sendable {
    case v4 = "IPv4"
    case v6 = "IPv6"

    init(address: String) { self = address.contains(":") ? .v6 : .v4 }
}
