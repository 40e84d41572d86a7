/// How much of the cluster stacks may request, kept up to date event by event from the watches of nodes and Pods.
///
/// Every record counts as long as it exists, whether or not its Pod is visible yet, so a reservation that has not become a Pod
/// is never forgotten. A Pod of ours that a node carries is counted by its record and must not be counted twice; ``budget`` makes
/// up for that.
package struct CapacityTracker: Sendable {
    /// What a node offers.
    package struct Node: Sendable, Equatable {
        package var allocatable: ResourceAmount
        /// Ready, schedulable, without a taint that stacks do not tolerate, and matching the node selector.
        package var isEligible: Bool

        package init(allocatable: ResourceAmount, isEligible: Bool) {
            self.allocatable = allocatable
            self.isEligible = isEligible
        }
    }

    /// What a Pod takes.
    package struct Pod: Sendable, Equatable {
        package var nodeName: String?
        package var request: ResourceAmount
        /// Succeeded or failed: the scheduler counts it no longer.
        package var isFinished: Bool
        /// It belongs to a stack, and so to a record.
        package var isOwned: Bool

        package init(nodeName: String?, request: ResourceAmount, isFinished: Bool, isOwned: Bool) {
            self.nodeName = nodeName
            self.request = request
            self.isFinished = isFinished
            self.isOwned = isOwned
        }
    }

    private var nodes: [String: Node] = [:]
    private var pods: [String: Pod] = [:]
    private var usedOnNode: [String: ResourceAmount] = [:]
    /// Requests of our own Pods about which the cluster has decided: a node carries them, or they have ended.
    private var settledOwned = ResourceAmount.zero

    package init() {}

    package mutating func setNode(_ name: String, _ node: Node?) {
        nodes[name] = node
    }

    package mutating func setPod(_ key: String, _ pod: Pod?) {
        if let old = pods[key] { account(old, sign: -1) }
        pods[key] = pod
        if let pod { account(pod, sign: 1) }
    }

    /// Forgets every node or Pod that is not among the keys: a watch has listed anew.
    package mutating func retainNodes(_ names: Set<String>) {
        for name in nodes.keys where !names.contains(name) { nodes[name] = nil }
    }

    package mutating func retainPods(_ keys: Set<String>) {
        for key in pods.keys where !keys.contains(key) { setPod(key, nil) }
    }

    /// The most that all records together may request: what is allocatable, less the reserve, less what other Pods use.
    /// - Parameters:
    ///   - total: the cluster's size when the operator states it; nil resources come from the nodes.
    ///   - reserve: the share that must stay free.
    package func budget(totalCPUMilli: Int64? = nil, totalMemoryBytes: Int64? = nil, reserve: ReserveRatio) -> ResourceAmount {
        var allocatable = ResourceAmount.zero
        var used = ResourceAmount.zero
        for (name, node) in nodes where node.isEligible {
            allocatable += node.allocatable
            used += usedOnNode[name] ?? .zero
        }
        let total = ResourceAmount(
            cpuMilli: totalCPUMilli ?? allocatable.cpuMilli,
            memoryBytes: totalMemoryBytes ?? allocatable.memoryBytes
        )
        return total - reserve.share(of: total) - used + settledOwned
    }

    private mutating func account(_ pod: Pod, sign: Int64) {
        let change = ResourceAmount(cpuMilli: sign * pod.request.cpuMilli, memoryBytes: sign * pod.request.memoryBytes)
        if let node = pod.nodeName, !pod.isFinished {
            let used = (usedOnNode[node] ?? .zero) + change
            usedOnNode[node] = used == .zero ? nil : used
        }
        if pod.isOwned, pod.isFinished || pod.nodeName != nil { settledOwned += change }
    }
}

/// A share between 0 and 1 in millionths, so that the boundary is exact.
package struct ReserveRatio: Sendable, Equatable {
    package let millionths: Int64

    /// A fifth, the default of the contract.
    package static let standard = ReserveRatio(unchecked: 200_000)

    private init(unchecked millionths: Int64) {
        self.millionths = millionths
    }

    /// - Returns: nil unless the value lies in 0…1,000,000.
    package init?(millionths: Int64) {
        guard (0...1_000_000).contains(millionths) else { return nil }
        self.millionths = millionths
    }

    /// The share of both amounts, rounded up: the reserve is never smaller than asked for.
    func share(of amount: ResourceAmount) -> ResourceAmount {
        ResourceAmount(cpuMilli: share(of: amount.cpuMilli), memoryBytes: share(of: amount.memoryBytes))
    }

    private func share(of value: Int64) -> Int64 {
        Int64((Int128(value) * Int128(millionths) + 999_999) / 1_000_000)
    }
}
