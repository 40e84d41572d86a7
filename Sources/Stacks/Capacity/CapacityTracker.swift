/// Computes the budget: the cpu and memory that stacks may request. Updated event by event from the watches of nodes and Pods.
///
/// A record counts against the budget from its reservation to its removal, whether or not its Pod is visible. The budget therefore excludes
/// requests that a record already counts:
///
///     budget = total − reserve − othersUse − ownExtra + ownElsewhere
///
/// - `othersUse`: requests of Pods that belong to no stack, on eligible nodes; at most each node's allocatable amount.
/// - `ownExtra`: requests of stacks' Pods beyond their records, for example those of an injected container, on eligible nodes.
/// - `ownElsewhere`: counted requests of stacks whose Pod has ended or runs on a node that is not eligible.
///
/// Where nodes cannot be read, every node that a Pod names counts as eligible, and the operator states the total.
package struct CapacityTracker: Sendable {
    /// The allocatable resources of a node, and its eligibility for stacks.
    package struct Node: Sendable, Equatable {
        package var allocatable: NodeResources
        /// Nil for a node that is ready, schedulable, without a taint that stacks do not tolerate, and matching the node selector.
        package var exclusion: NodeExclusion?

        package init(allocatable: NodeResources, exclusion: NodeExclusion? = nil) {
            self.allocatable = allocatable
            self.exclusion = exclusion
        }

        /// True for a node that counts as capacity for stacks.
        package var isEligible: Bool { exclusion == nil }
    }

    /// The request of a Pod, and the part of it that a record counts.
    package struct Pod: Sendable, Equatable {
        package var nodeName: String?
        /// The effective request, computed as the scheduler does.
        package var request: NodeResources
        /// True in phase Succeeded or Failed; the scheduler no longer counts such a Pod.
        package var isFinished: Bool
        /// The request that the record of the Pod's stack counts; nil for a Pod of no stack.
        package var counted: ResourceAmount?

        package init(nodeName: String?, request: NodeResources, isFinished: Bool, counted: ResourceAmount?) {
            self.nodeName = nodeName
            self.request = request
            self.isFinished = isFinished
            self.counted = counted
        }
    }

    /// Sums over the Pods of one node.
    struct Usage: Sendable {
        var all = Totals()
        var others = Totals()
        var ownCounted = Totals()
        var ownExtra = Totals()
    }

    private let knowsNodes: Bool
    private(set) var nodes: [String: Node] = [:]
    private var pods: [String: Pod] = [:]
    private(set) var usage: [String: Usage] = [:]
    /// Counted requests of stacks whose Pod has ended.
    private var ownFinished = Totals()
    /// Requests of stacks' Pods that have no node yet.
    private var ownPending = Totals()
    /// The counted part of ``ownPending``.
    private var ownPendingCounted = Totals()

    /// - Parameter knowsNodes: false where nodes cannot be read.
    package init(knowsNodes: Bool = true) {
        self.knowsNodes = knowsNodes
    }

    package mutating func setNode(_ name: String, _ node: Node?) {
        nodes[name] = node
    }

    package mutating func setPod(_ key: String, _ pod: Pod?) {
        if let old = pods[key] { account(old, sign: -1) }
        pods[key] = pod
        if let pod { account(pod, sign: 1) }
    }

    /// The maximum that all records together may request.
    /// - Parameters:
    ///   - totalCPUMilli: the size of the cluster as the operator states it; nil to add up the eligible nodes. `totalMemoryBytes` likewise.
    ///   - reserve: the share that stays free.
    package func budget(totalCPUMilli: Int64? = nil, totalMemoryBytes: Int64? = nil, reserve: ReserveRatio) -> ResourceAmount {
        computeBudget(totalCPUMilli, totalMemoryBytes, reserve).limit
    }

    /// The size of the cluster, its reserve, and the maximum that all records together may request.
    struct Budget {
        var total: ResourceAmount
        var kept: ResourceAmount
        var limit: ResourceAmount
    }

    func computeBudget(_ totalCPUMilli: Int64?, _ totalMemoryBytes: Int64?, _ reserve: ReserveRatio) -> Budget {
        var allocatable = Totals()
        var used = Totals()
        var ownElsewhere = ownFinished
        for (name, node) in nodes where node.isEligible {
            allocatable.add(node.allocatable, sign: 1)
            guard let usage = usage[name] else { continue }
            // Another owner's Pod may be bound to a node that is too small for it. Until the kubelet rejects it, it fills that node only.
            var taken = usage.others
            taken += usage.ownExtra
            used += taken.atMost(node.allocatable)
        }
        for (name, usage) in usage where nodes[name]?.isEligible != true {
            if knowsNodes {
                ownElsewhere += usage.ownCounted
            } else {
                used += usage.others
                used += usage.ownExtra
            }
        }
        let total = ResourceAmount(
            cpuMilli: totalCPUMilli ?? allocatable.amount.cpuMilli,
            memoryBytes: totalMemoryBytes ?? allocatable.amount.memoryBytes
        )
        let kept = reserve.share(of: total)
        let limit = ResourceAmount(
            cpuMilli: Int64(clamping: Int128(total.cpuMilli) - Int128(kept.cpuMilli) - used.cpuMilli + ownElsewhere.cpuMilli),
            memoryBytes: Int64(clamping: Int128(total.memoryBytes) - Int128(kept.memoryBytes) - used.memoryBytes + ownElsewhere.memoryBytes)
        )
        return Budget(total: total, kept: kept, limit: limit)
    }

    /// Returns the exhausted resource, `pods` or `ephemeral-storage`, if the eligible nodes have no room for one more Pod; else nil. A node
    /// that does not report a resource has no limit on it.
    package func shortage(forEphemeralStorageBytes bytes: Int64) -> String? {
        let eligible = nodes.filter { $0.value.isEligible }
        guard !eligible.isEmpty else { return nil }
        if let pods = room(\.pods, \.pods)?.free, pods < 1 { return "pods" }
        if bytes > 0, let storage = room(\.ephemeralStorageBytes, \.ephemeralStorageBytes)?.free, storage < Int128(bytes) {
            return "ephemeral-storage"
        }
        return nil
    }

    /// Returns the amount of a resource on the eligible nodes, and what is free of it; nil if a node does not report the resource.
    func room(_ reported: KeyPath<NodeResources, Int64?>, _ taken: KeyPath<Totals, Int128>) -> (total: Int128, free: Int128)? {
        var (total, free) = (Int128(0), -ownPending[keyPath: taken])
        for (name, node) in nodes where node.isEligible {
            guard let offered = node.allocatable[keyPath: reported] else { return nil }
            total += Int128(offered)
            // An overcommitted node does not reduce the free amount of other nodes.
            free += max(0, Int128(offered) - (usage[name]?.all[keyPath: taken] ?? 0))
        }
        return (total, free)
    }

    /// The requests that the records of all stacks with a Pod count.
    var ownCounted: Totals {
        var counted = ownFinished
        counted += ownPendingCounted
        for usage in usage.values { counted += usage.ownCounted }
        return counted
    }

    private mutating func account(_ pod: Pod, sign: Int128) {
        let counted = pod.counted.map { NodeResources($0) }
        guard !pod.isFinished else {
            if let counted { ownFinished.add(counted, sign: sign) }
            return
        }
        guard let node = pod.nodeName else {
            // A Pod of no stack counts only once it is bound to a node.
            if let counted {
                ownPending.add(pod.request, sign: sign)
                ownPendingCounted.add(counted, sign: sign)
            }
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
