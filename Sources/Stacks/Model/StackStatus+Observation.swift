import FoundationEssentials
import PodPolicy

/// A status and its reason, derived from record and cache. Never stored.
struct ObservedStatus: Equatable {
    var status: StackStatus
    var reason: String?
    var message: String?
}

extension ObservedStatus {
    /// Waiting reasons of containers that will not start without a change.
    private static let hopelessWaits: Set<String> = ["CreateContainerConfigError", "InvalidImageName", "RunContainerError"]
    /// Waiting reasons that may pass: a registry may be slow, and a busy runtime misses its deadline for a while before the kubelet
    /// retries. https://github.com/kubernetes/kubernetes/issues/88153
    private static let passingWaits: Set<String> = [
        "CreateContainerError", "ErrImageNeverPull", "ErrImagePull", "ImageInspectError", "ImagePullBackOff", "RegistryUnavailable",
        "SignatureValidationFailed",
    ]

    /// Derives the status from record and cache.
    /// - Parameters:
    ///   - pod: what the watch knows of the Pod; nil when it knows none.
    ///   - hasPodGone: the watch has shown the Pod and its removal, so the Pod is not merely late to be seen.
    ///   - node: what the watch knows of the node that the record names; nil when it knows none.
    ///   - watchGrace: how long the watch may be late with what another replica made.
    ///   - startGrace: how long a failing image pull or container creation still counts as creating, from the stack's creation.
    init(
        record: StackRecord,
        pod: PodObservation?,
        hasPodGone: Bool = false,
        node: NodeObservation?,
        now: Date,
        watchGrace: TimeInterval = 30,
        startGrace: TimeInterval
    ) {
        if let failure = record.failure {
            self.init(status: .failed, reason: failure.reason, message: failure.message)
            return
        }
        guard record.state != .reserved else {
            self.init(status: .creating, reason: "Provisioning", message: pod?.unschedulable ?? "the Pod is being created and scheduled")
            return
        }
        let isNew = now.timeIntervalSince(record.updatedAt) < watchGrace
        if let name = record.nodeID, node == nil, !isNew {
            self.init(status: .nodeDeleted, reason: "NodeDeleted", message: "node \(name) is no longer part of the cluster")
            return
        }
        guard let pod else {
            guard !isNew || hasPodGone else {
                self.init(status: .creating, reason: "PodNotSeen", message: "the Pod was made a moment ago and has not been seen here yet")
                return
            }
            self.init(status: .failed, reason: "PodMissing", message: "the Pod no longer exists in the cluster")
            return
        }
        switch pod.phase {
        case .succeeded, .failed:
            self = pod.isTerminating ? .terminating : Self.finished(pod)
        case .running, .pending, .unknown:
            let age = now.timeIntervalSince(record.createdAt)
            self = Self.unfinished(pod, record.ports, age: age, startGrace: startGrace)
            if status == .running { warn(of: pod, on: node) }
        }
    }

    /// The status of a Pod that someone else is deleting and whose containers have ended.
    private static let terminating = ObservedStatus(
        status: .failed,
        reason: "Terminating",
        message: "somebody other than this service is deleting the Pod"
    )

    private static func finished(_ pod: PodObservation) -> ObservedStatus {
        let culprit = failedContainer(of: pod)
        // A failed injected container does not fail the challenge.
        let ours = pod.containers.filter { $0.isOurs && $0.role != .sidecar }
        let hasSucceeded = pod.phase == .succeeded || (pod.reason == nil && !ours.isEmpty && ours.allSatisfy(\.hasSucceeded))
        guard !hasSucceeded else {
            let message = pod.message ?? "every container ended with exit code 0"
            return ObservedStatus(status: .stopped, reason: pod.reason ?? "Completed", message: message)
        }
        return ObservedStatus(
            status: .failed,
            reason: pod.reason ?? culprit?.reason ?? "Failed",
            message: pod.message ?? culprit?.message ?? "the Pod failed"
        )
    }

    /// Adds the reason for which a running Pod may soon stop or be unreachable.
    private mutating func warn(of pod: PodObservation, on node: NodeObservation?) {
        if let node, !node.isReady {
            (reason, message) = ("NodeNotReady", "node \(node.name) has stopped reporting; whether the Pod runs is not known")
        } else if pod.isTerminating {
            (reason, message) = ("Terminating", "somebody other than this service is deleting the Pod")
        }
    }

    private static func unfinished(
        _ pod: PodObservation,
        _ ports: [PortMapping],
        age: TimeInterval,
        startGrace: TimeInterval
    ) -> ObservedStatus {
        // The usual case, thousands of times in a list.
        if pod.phase == .running, pod.containers.allSatisfy(\.isRunning) { return ObservedStatus(status: .running) }
        // With restartPolicy Never a failed container stays failed, whatever the other containers do.
        if let culprit = failedContainer(of: pod) { return culprit }
        if let ended = endedServer(of: pod, ports.map(\.exposed.containerPort)) { return ended }
        let waiting = pod.containers.compactMap { container -> (container: PodObservation.Container, reason: String, message: String)? in
            guard case .waiting(let reason?, let message) = container.state else { return nil }
            return (container, reason, "container \(container.name): \(message ?? reason)")
        }
        // One container that cannot start is enough, at any position.
        let hopeless = waiting.first { wait in
            let isHopeless = hopelessWaits.contains(wait.reason) || (passingWaits.contains(wait.reason) && age >= startGrace)
            return isHopeless && wait.container.isOurs
        }
        if let hopeless { return ObservedStatus(status: .failed, reason: hopeless.reason, message: hopeless.message) }
        if pod.phase != .running, let wait = waiting.first {
            return ObservedStatus(status: .creating, reason: wait.reason, message: wait.message)
        }
        switch pod.phase {
        case .running: return ObservedStatus(status: .running)
        case .unknown: return ObservedStatus(status: .running, reason: "NodeUnreachable", message: "the node has stopped reporting")
        default: return ObservedStatus(status: .creating, reason: "Starting", message: "waiting for the node to start the containers")
        }
    }

    /// Returns the status of a Pod in which no container with an exposed port runs any more, after they ended with success.
    private static func endedServer(of pod: PodObservation, _ exposedPorts: [Int]) -> ObservedStatus? {
        let servers = pod.containers.filter { container in
            container.isOurs && container.role == .main && container.ports.contains(where: exposedPorts.contains)
        }
        guard let server = servers.first, servers.allSatisfy(\.hasSucceeded) else { return nil }
        let ports = server.ports.filter(exposedPorts.contains).map { "\($0)" }.joined(separator: ", ")
        let message = "container \(server.name), which has port \(ports), ended with exit code 0"
        return ObservedStatus(status: .stopped, reason: "Completed", message: message)
    }

    /// Returns the status for the first failed container of the challenge. Sidecars, which are restarted, and injected containers do not
    /// count.
    private static func failedContainer(of pod: PodObservation) -> ObservedStatus? {
        for container in pod.containers where container.isOurs && container.role != .sidecar {
            guard case .terminated(let exitCode, let reason, let message) = container.state, exitCode != 0 else { continue }
            let sentence = "container \(container.name) ended with exit code \(exitCode)"
            return ObservedStatus(status: .failed, reason: reason ?? "Error", message: message.map { sentence + ": " + $0 } ?? sentence)
        }
        return nil
    }
}

extension PodObservation.Container {
    fileprivate var isRunning: Bool {
        if case .running = state { true } else { false }
    }

    fileprivate var hasSucceeded: Bool {
        if case .terminated(exitCode: 0, _, _) = state { true } else { false }
    }
}
