import KubernetesClient
import PodPolicy
import Stacks

extension PodObservation {
    init(_ pod: Pod) {
        let status = pod.status
        let statuses = (status?.initContainerStatuses ?? []) + (status?.containerStatuses ?? [])
        let scheduled = status?.conditions?.first { $0.type == "PodScheduled" && $0.status == "False" }
        self.init(
            name: pod.metadata.name ?? "",
            phase: status?.phase.flatMap(Phase.init) ?? .pending,
            reason: status?.reason,
            message: status?.message,
            nodeName: pod.spec?.nodeName,
            unschedulable: scheduled.map { $0.message ?? $0.reason ?? "unschedulable" },
            containers: statuses.compactMap(Container.init),
            isTerminating: pod.metadata.deletionTimestamp != nil,
            createdAt: pod.metadata.creationTimestamp
        )
    }
}

extension PodObservation.Container {
    init?(_ status: Pod.ContainerStatus) {
        if let ended = status.state?.terminated {
            self.init(name: status.name, state: .terminated(exitCode: ended.exitCode, reason: ended.reason, message: ended.message))
        } else if let waiting = status.state?.waiting {
            self.init(name: status.name, state: .waiting(reason: waiting.reason, message: waiting.message))
        } else if status.state?.running != nil {
            self.init(name: status.name, state: .running)
        } else {
            return nil
        }
    }
}

extension NodeObservation {
    init(_ node: Node) {
        let external = node.status?.addresses?.first { $0.type == "ExternalIP" }
        self.init(name: node.metadata.name ?? "", externalIP: external?.address, isReady: node.isReady)
    }
}

extension Node {
    var isReady: Bool { status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } == true }

    /// What the node offers to stacks: nothing unless it is ready, schedulable, selected, and without a taint that keeps Pods away.
    func capacity(selector: [String: String]) -> CapacityTracker.Node {
        let isTainted = spec?.taints?.contains { $0.effect == "NoSchedule" || $0.effect == "NoExecute" } == true
        let isSelected = selector.allSatisfy { metadata.labels?[$0.key] == $0.value }
        return CapacityTracker.Node(
            allocatable: ResourceAmount(kubernetes: status?.allocatable ?? [:], roundUp: false),
            isEligible: isReady && !isTainted && isSelected && spec?.unschedulable != true
        )
    }
}

extension Pod {
    /// What the scheduler counts for the Pod: the sum of its containers or its largest init container, and the overhead of its
    /// runtime class.
    func usage(isOwned: Bool) -> CapacityTracker.Pod {
        var request = ResourceAmount.zero
        for container in spec?.containers ?? [] {
            request += ResourceAmount(kubernetes: container.resources?.requests ?? [:], roundUp: true)
        }
        for container in spec?.initContainers ?? [] {
            let initial = ResourceAmount(kubernetes: container.resources?.requests ?? [:], roundUp: true)
            request.cpuMilli = max(request.cpuMilli, initial.cpuMilli)
            request.memoryBytes = max(request.memoryBytes, initial.memoryBytes)
        }
        request += ResourceAmount(kubernetes: spec?.overhead ?? [:], roundUp: true)
        return CapacityTracker.Pod(
            nodeName: spec?.nodeName,
            request: request,
            isFinished: status?.phase == "Succeeded" || status?.phase == "Failed",
            isOwned: isOwned
        )
    }

    /// The Pod without what nobody here reads: a large cluster's Pods are held in memory.
    func trimmed() -> Pod {
        var pod = self
        pod.metadata.annotations = nil
        return pod
    }
}

extension ResourceAmount {
    /// Reads `cpu` and `memory` of a Kubernetes resource list. A quantity that cannot be read counts as nothing.
    init(kubernetes list: [String: String], roundUp: Bool) {
        self.init(
            cpuMilli: list["cpu"].flatMap { Quantity($0)?.milliValue(roundUp: roundUp) } ?? 0,
            memoryBytes: list["memory"].flatMap { Quantity($0)?.value(roundUp: roundUp) } ?? 0
        )
    }
}
