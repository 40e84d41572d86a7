import KubernetesClient
import PodPolicy
import Stacks

extension PodObservation {
    init(_ pod: Pod) {
        let status = pod.status
        let scheduled = status?.conditions?.first { $0.type == "PodScheduled" && $0.status == "False" }
        let names = pod.namedContainers
        let specs = (pod.spec?.initContainers ?? []) + (pod.spec?.containers ?? [])
        // Runtimes quote the command, and a container chooses its last words.
        // The redaction costs more than the rest, so it is made once, and only for a text.
        var known: Redaction?
        func shown(_ text: String?) -> String? {
            guard let text, !text.isEmpty else { return text }
            let redaction = known ?? pod.redaction
            known = redaction
            return redaction(text)
        }
        func containers(_ statuses: [Pod.ContainerStatus]?, isInitial: Bool) -> [Container] {
            (statuses ?? []).compactMap { status in
                let spec = specs.first { $0.name == status.name }
                let role: Container.Role = !isInitial ? .main : spec?.isSidecar == true ? .sidecar : .initial
                return Container(
                    status,
                    shown,
                    role: role,
                    isOurs: names?.contains(status.name) ?? true,
                    ports: (spec?.ports ?? []).map(\.containerPort)
                )
            }
        }
        self.init(
            name: pod.metadata.name ?? "",
            phase: status?.phase.flatMap(Phase.init) ?? .pending,
            reason: status?.reason,
            message: shown(status?.message),
            nodeName: pod.spec?.nodeName,
            unschedulable: scheduled.map { shown($0.message ?? $0.reason) ?? "unschedulable" },
            containers: containers(status?.initContainerStatuses, isInitial: true)
                + containers(status?.containerStatuses, isInitial: false),
            containerNames: ((pod.spec?.containers ?? []) + (pod.spec?.initContainers ?? [])).map(\.name)
                .filter { names?.contains($0) ?? true },
            activeDeadlineSeconds: pod.spec?.activeDeadlineSeconds,
            isReady: pod.isReady,
            isTerminating: pod.metadata.deletionTimestamp != nil,
            createdAt: pod.metadata.creationTimestamp
        )
    }
}

extension Pod {
    var isReady: Bool { status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } == true }
}

extension PodObservation.Container {
    fileprivate init?(_ status: Pod.ContainerStatus, _ shown: (String?) -> String?, role: Role, isOurs: Bool, ports: [Int]) {
        guard let state = State(status.state, shown) else { return nil }
        self.init(name: status.name, state: state, role: role, isOurs: isOurs, ports: ports)
    }
}

extension PodObservation.Container.State {
    fileprivate init?(_ state: Pod.ContainerState?, _ shown: (String?) -> String?) {
        if let ended = state?.terminated {
            self = .terminated(exitCode: ended.exitCode, reason: ended.reason, message: shown(ended.message))
        } else if let waiting = state?.waiting {
            self = .waiting(reason: waiting.reason, message: shown(waiting.message))
        } else if state?.running != nil {
            self = .running
        } else {
            return nil
        }
    }
}

extension NodeObservation {
    init(_ node: Node) {
        let external = (node.status?.addresses ?? []).filter { $0.type == "ExternalIP" }
        self.init(
            name: node.metadata.name ?? "",
            externalIPs: external.map(\.address),
            isReady: node.isReady,
            isUnreachable: node.isUnreachable
        )
    }
}

extension Node {
    var isReady: Bool { status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } == true }

    /// True if the node controller has not heard from the kubelet for its grace period, or an operator marked the node as out of service.
    /// https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-unreachable
    var isUnreachable: Bool {
        let isSilent = status?.conditions?.contains { $0.type == "Ready" && $0.status == "Unknown" } == true
        return isSilent || spec?.taints?.contains { Self.unreachableTaints.contains($0.key) } == true
    }

    private static let unreachableTaints: Set<String> = ["node.kubernetes.io/unreachable", "node.kubernetes.io/out-of-service"]

    /// Returns the capacity of the node, and the reason for which it is none for stacks.
    func capacity(_ placement: Placement) -> CapacityTracker.Node {
        CapacityTracker.Node(
            allocatable: NodeResources(allocatable: status?.allocatable ?? [:]),
            exclusion: exclusion(placement)
        )
    }

    /// Returns nil if the node is ready, schedulable, selected and without a taint that keeps stacks away. Kubernetes taints a node that is
    /// cordoned or not ready, so the taints come last.
    private func exclusion(_ placement: Placement) -> NodeExclusion? {
        // Stacks are Linux containers, and a Windows node may lack a taint.
        if let system = metadata.labels?["kubernetes.io/os"], system != "linux" { return .notLinux }
        if !placement.selects(self) { return .notSelected }
        if !isReady { return .notReady }
        if spec?.unschedulable == true { return .cordoned }
        return placement.tolerates(self) ? nil : .tainted
    }
}

extension NodeResources {
    /// Parses a Node's `allocatable`, rounded down. An invalid quantity counts as 0.
    init(allocatable list: [String: String]) {
        func bytes(_ name: String) -> Int64? { list[name].map { Quantity($0)?.value(roundUp: false) ?? 0 } }
        self.init(
            cpuMilli: list["cpu"].flatMap { Quantity($0)?.milliValue(roundUp: false) } ?? 0,
            memoryBytes: bytes("memory") ?? 0,
            ephemeralStorageBytes: bytes("ephemeral-storage"),
            pods: bytes("pods")
        )
    }
}
