import FoundationEssentials

/// A status with its reason, derived from what is seen; nothing here is stored.
struct ObservedStatus: Equatable {
    var status: StackStatus
    var reason: String?
    var message: String?
}

extension ObservedStatus {
    /// Container waiting reasons after which the Pod will not start by itself; image pulls get a grace first, because a registry
    /// may be slow to answer.
    private static let hopelessWaits: Set<String> = [
        "CreateContainerConfigError", "CreateContainerError", "InvalidImageName", "RunContainerError",
    ]
    private static let imageWaits: Set<String> = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"]

    /// - Parameters:
    ///   - pod: what the watch knows of the Pod; nil when it knows none.
    ///   - node: what the watch knows of the node that the record names; nil when it knows none.
    ///   - watchGrace: how long the watch may be late with what another replica made.
    ///   - imagePullGrace: how long a failing image pull still counts as creating, from the stack's creation.
    init(
        record: StackRecord,
        pod: PodObservation?,
        node: NodeObservation?,
        now: Date,
        watchGrace: TimeInterval = 30,
        imagePullGrace: TimeInterval
    ) {
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
            guard !isNew else {
                self.init(status: .creating, reason: "PodNotSeen", message: "the Pod was made a moment ago and has not been seen here yet")
                return
            }
            self.init(status: .failed, reason: "PodMissing", message: "the Pod no longer exists in the cluster")
            return
        }
        switch pod.phase {
        case .succeeded:
            self.init(status: .stopped, reason: pod.reason ?? "Completed", message: pod.message ?? "every container ended with exit code 0")
        case .failed:
            let culprit = Self.failedContainer(of: pod)
            self.init(
                status: .failed,
                reason: pod.reason ?? culprit?.reason ?? "Failed",
                message: pod.message ?? culprit?.message ?? "the Pod failed"
            )
        case .running, .pending, .unknown:
            self = Self.unfinished(pod, age: now.timeIntervalSince(record.createdAt), imagePullGrace: imagePullGrace)
            if status == .running { warn(of: pod, on: node) }
        }
    }

    /// It runs, as far as is known, and may not for long.
    private mutating func warn(of pod: PodObservation, on node: NodeObservation?) {
        if let node, !node.isReady {
            (reason, message) = ("NodeNotReady", "node \(node.name) has stopped reporting; whether the Pod runs is not known")
        } else if pod.isTerminating {
            (reason, message) = ("Terminating", "somebody other than this service is deleting the Pod")
        }
    }

    private static func unfinished(_ pod: PodObservation, age: TimeInterval, imagePullGrace: TimeInterval) -> ObservedStatus {
        // restartPolicy is Never: a container that ended badly stays ended, whatever the others do.
        if let culprit = failedContainer(of: pod) { return culprit }
        let waits = pod.containers.compactMap { container -> (reason: String, message: String)? in
            guard case .waiting(let reason?, let message) = container.state else { return nil }
            return (reason, "container \(container.name): \(message ?? reason)")
        }
        // One hopeless container is enough, wherever it stands among those that only wait.
        let hopeless = waits.first { hopelessWaits.contains($0.reason) || (imageWaits.contains($0.reason) && age >= imagePullGrace) }
        if let hopeless { return ObservedStatus(status: .failed, reason: hopeless.reason, message: hopeless.message) }
        if pod.phase != .running, let wait = waits.first {
            return ObservedStatus(status: .creating, reason: wait.reason, message: wait.message)
        }
        switch pod.phase {
        case .running: return ObservedStatus(status: .running)
        case .unknown: return ObservedStatus(status: .running, reason: "NodeUnreachable", message: "the node has stopped reporting")
        default: return ObservedStatus(status: .creating, reason: "Starting", message: "waiting for the node to start the containers")
        }
    }

    private static func failedContainer(of pod: PodObservation) -> ObservedStatus? {
        for container in pod.containers {
            guard case .terminated(let exitCode, let reason, let message) = container.state, exitCode != 0 else { continue }
            let sentence = "container \(container.name) ended with exit code \(exitCode)"
            return ObservedStatus(status: .failed, reason: reason ?? "Error", message: message.map { sentence + ": " + $0 } ?? sentence)
        }
        return nil
    }
}
