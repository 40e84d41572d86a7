package import KubernetesClient
package import Stacks

/// A node in a ``ClusterSurvey``.
package struct SurveyedNode: Sendable, Equatable {
    package var name: String
    /// The reasons for which stacks do not run on the node; empty if they may.
    package var obstacles: [String]
    /// The resources that no Pod has requested, at least 0.
    package var free: NodeResources
    package var externalIPs: [String]
    package var internalIPs: [String]
    package var kubeletPort: Int

    /// Returns the number of Pods of one size that still fit.
    package func room(for pod: ResourceAmount) -> Int64 {
        let counts = [
            pod.cpuMilli > 0 ? free.cpuMilli / pod.cpuMilli : .max,
            pod.memoryBytes > 0 ? free.memoryBytes / pod.memoryBytes : .max,
            free.pods ?? .max,
        ]
        return obstacles.isEmpty ? counts.min() ?? 0 : 0
    }
}

/// The nodes of a cluster as the scheduler and ``CapacityTracker`` see them at one moment, for a report.
package struct ClusterSurvey: Sendable {
    /// All nodes, by name.
    package var nodes: [SurveyedNode]
    /// The maximum that all stacks together may request.
    package var budget: ResourceAmount
    /// The sum that the existing stacks' Pods have requested.
    package var requested: ResourceAmount

    package init(nodes: [Node], pods: [Pod], settings: KubernetesCluster.Settings) {
        var tracker = CapacityTracker()
        var used: [String: [Requested]] = [:]
        var requested = ResourceAmount.zero
        for pod in pods {
            let isOwned = pod.metadata.stackID(in: settings.namespace) != nil
            let usage = pod.usage(isOwned: isOwned)
            tracker.setPod(pod.metadata.key, usage)
            if let counted = usage.counted { requested += counted }
            if let node = usage.nodeName, !usage.isFinished { used[node, default: []].append(Requested(usage.request)) }
        }
        let placement = settings.placement(runtimeClass: nil)
        var surveyed: [SurveyedNode] = []
        for node in nodes {
            let capacity = node.capacity(placement)
            tracker.setNode(node.metadata.name ?? "", capacity)
            surveyed.append(SurveyedNode(node, capacity, used: used[node.metadata.name ?? ""] ?? [], settings))
        }
        self.nodes = surveyed.sorted { $0.name < $1.name }
        self.requested = requested
        budget = tracker.budget(
            totalCPUMilli: settings.totalCPUMilli,
            totalMemoryBytes: settings.totalMemoryBytes,
            reserve: settings.reserve
        )
    }

    /// The nodes on which stacks may run.
    package var eligible: [SurveyedNode] { nodes.filter(\.obstacles.isEmpty) }
}

/// The request of a Pod, in 128 bits so that sums cannot overflow.
private struct Requested {
    var cpuMilli: Int128
    var memoryBytes: Int128

    init(_ resources: NodeResources) {
        cpuMilli = Int128(resources.cpuMilli)
        memoryBytes = Int128(resources.memoryBytes)
    }
}

extension SurveyedNode {
    fileprivate init(
        _ node: Node,
        _ capacity: CapacityTracker.Node,
        used: [Requested],
        _ settings: KubernetesCluster.Settings
    ) {
        func free(_ offered: Int64, _ sum: Int128) -> Int64 { Int64(clamping: max(0, Int128(offered) - sum)) }
        func addresses(_ type: String) -> [String] { (node.status?.addresses ?? []).filter { $0.type == type }.map(\.address) }
        let offered = capacity.allocatable
        self.init(
            name: node.metadata.name ?? "",
            obstacles: capacity.isEligible ? [] : node.obstacles(selector: settings.nodeSelector, settings.placement(runtimeClass: nil)),
            free: NodeResources(
                cpuMilli: free(offered.cpuMilli, used.reduce(0) { $0 + $1.cpuMilli }),
                memoryBytes: free(offered.memoryBytes, used.reduce(0) { $0 + $1.memoryBytes }),
                ephemeralStorageBytes: offered.ephemeralStorageBytes,
                pods: offered.pods.map { max(0, $0 - Int64(used.count)) }
            ),
            externalIPs: addresses("ExternalIP"),
            internalIPs: addresses("InternalIP"),
            kubeletPort: node.status?.daemonEndpoints?.kubeletEndpoint?.port ?? 10250
        )
    }
}

extension Node {
    /// Returns the reasons for which the node is not eligible.
    fileprivate func obstacles(selector: [String: String], _ placement: Placement) -> [String] {
        var obstacles: [String] = []
        let missing = selector.filter { metadata.labels?[$0.key] != $0.value }.map { "\($0.key)=\($0.value)" }.sorted()
        if !missing.isEmpty { obstacles.append("no label \(missing.joined(separator: ","))") }
        if !isReady { obstacles.append("not ready") }
        if spec?.unschedulable == true { obstacles.append("cordoned") }
        if let system = metadata.labels?["kubernetes.io/os"], system != "linux" { obstacles.append("runs \(system)") }
        for taint in spec?.taints ?? [] where !placement.tolerates(taint) {
            // A cordon and a node that is not ready are told above.
            guard !["node.kubernetes.io/unschedulable", "node.kubernetes.io/not-ready"].contains(taint.key) else { continue }
            obstacles.append("taint \(taint.key)\(taint.value.map { $0.isEmpty ? "" : "=\($0)" } ?? ""):\(taint.effect)")
        }
        return obstacles.isEmpty ? ["not eligible"] : obstacles
    }
}
