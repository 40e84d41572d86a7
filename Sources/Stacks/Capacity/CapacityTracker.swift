/// How much of the cluster stacks may request, kept up to date event by event from the watches of nodes and Pods.
///
/// A record counts from its reservation to its removal, whether or not its Pod is visible. So the budget leaves out what records
/// count already:
///
///     budget = total − reserve − othersUse − ownExtra + ownElsewhere
///
/// - `othersUse`: requests of Pods that belong to no stack, on eligible nodes; of each node at most what it offers.
/// - `ownExtra`: requests of stacks' Pods beyond what their records count, as of an injected container, on eligible nodes.
/// - `ownElsewhere`: requests of stacks whose Pod takes nothing of an eligible node: it has ended, or its node is not eligible.
package struct CapacityTracker: Sendable {
    /// What a node offers.
    package struct Node: Sendable, Equatable {
        package var allocatable: NodeResources
        /// Ready, schedulable, without a taint that stacks do not tolerate, and matching the node selector.
        package var isEligible: Bool

        package init(allocatable: NodeResources, isEligible: Bool) {
            self.allocatable = allocatable
            self.isEligible = isEligible
        }
    }

    /// What a Pod takes.
    package struct Pod: Sendable, Equatable {
        package var nodeName: String?
        /// What the scheduler counts for it.
        package var request: NodeResources
        /// Succeeded or failed: the scheduler counts it no longer.
        package var isFinished: Bool
        /// What the record of its stack counts; nil when it belongs to no stack.
        package var counted: ResourceAmount?

        package init(nodeName: String?, request: NodeResources, isFinished: Bool, counted: ResourceAmount?) {
            self.nodeName = nodeName
            self.request = request
            self.isFinished = isFinished
            self.counted = counted
        }
    }

    /// What the Pods on one node take.
    private struct Usage: Sendable {
        var all = Totals()
        var others = Totals()
        var ownCounted = Totals()
        var ownExtra = Totals()
    }

    private var nodes: [String: Node] = [:]
    private var pods: [String: Pod] = [:]
    private var usage: [String: Usage] = [:]
    /// Counted requests of stacks whose Pod has ended.
    private var ownFinished = Totals()
    /// Requests of stacks' Pods that have no node yet.
    private var ownPending = Totals()

    package init() {}

    package mutating func setNode(_ name: String, _ node: Node?) {
        nodes[name] = node
    }

    package mutating func setPod(_ key: String, _ pod: Pod?) {
        if let old = pods[key] { account(old, sign: -1) }
        pods[key] = pod
        if let pod { account(pod, sign: 1) }
    }

    /// The most that all records together may request.
    /// - Parameters:
    ///   - total: the cluster's size when the operator states it; nil resources come from the nodes.
    ///   - reserve: the share that must stay free.
    package func budget(totalCPUMilli: Int64? = nil, totalMemoryBytes: Int64? = nil, reserve: ReserveRatio) -> ResourceAmount {
        var allocatable = Totals()
        var used = Totals()
        var ownElsewhere = ownFinished
        for (name, node) in nodes where node.isEligible {
            allocatable.add(node.allocatable, sign: 1)
            guard let usage = usage[name] else { continue }
            // A stranger may bind a Pod to a node that is far too small for it; until the kubelet refuses it, it takes this node only.
            var taken = usage.others
            taken += usage.ownExtra
            used += taken.atMost(node.allocatable)
        }
        for (name, usage) in usage where nodes[name]?.isEligible != true { ownElsewhere += usage.ownCounted }
        let total = ResourceAmount(
            cpuMilli: totalCPUMilli ?? allocatable.amount.cpuMilli,
            memoryBytes: totalMemoryBytes ?? allocatable.amount.memoryBytes
        )
        let kept = reserve.share(of: total)
        return ResourceAmount(
            cpuMilli: Int64(clamping: Int128(total.cpuMilli) - Int128(kept.cpuMilli) - used.cpuMilli + ownElsewhere.cpuMilli),
            memoryBytes: Int64(clamping: Int128(total.memoryBytes) - Int128(kept.memoryBytes) - used.memoryBytes + ownElsewhere.memoryBytes)
        )
    }

    /// The resource beside cpu and memory of which the eligible nodes have too little left for one more Pod: `pods` or
    /// `ephemeral-storage`; nil when there is room. A node that does not report a resource bounds nothing.
    package func shortage(forEphemeralStorageBytes bytes: Int64) -> String? {
        let eligible = nodes.filter { $0.value.isEligible }
        guard !eligible.isEmpty else { return nil }
        func free(_ reported: KeyPath<NodeResources, Int64?>, _ taken: KeyPath<Totals, Int128>) -> Int128? {
            var free = -ownPending[keyPath: taken]
            for (name, node) in eligible {
                guard let offered = node.allocatable[keyPath: reported] else { return nil }
                // One overfull node takes nothing from the others.
                free += max(0, Int128(offered) - (usage[name]?.all[keyPath: taken] ?? 0))
            }
            return free
        }
        if let pods = free(\.pods, \.pods), pods < 1 { return "pods" }
        if bytes > 0, let storage = free(\.ephemeralStorageBytes, \.ephemeralStorageBytes), storage < Int128(bytes) {
            return "ephemeral-storage"
        }
        return nil
    }

    private mutating func account(_ pod: Pod, sign: Int128) {
        let counted = pod.counted.map { NodeResources($0) }
        guard !pod.isFinished else {
            if let counted { ownFinished.add(counted, sign: sign) }
            return
        }
        guard let node = pod.nodeName else {
            // Nobody else's Pod counts before it has a node.
            if counted != nil { ownPending.add(pod.request, sign: sign) }
            return
        }
        var usage = usage[node] ?? Usage()
        usage.all.add(pod.request, sign: sign)
        if let counted {
            usage.ownCounted.add(counted, sign: sign)
            usage.ownExtra.add(pod.request.excess(over: counted), sign: sign)
        } else {
            usage.others.add(pod.request, sign: sign)
        }
        self.usage[node] = usage.all.pods == 0 ? nil : usage
    }
}
