/// The reason for which a node is no capacity for stacks. Of several reasons the first in this order counts.
package enum NodeExclusion: String, Sendable, CaseIterable {
    /// The node runs another operating system.
    case notLinux = "not_linux"
    /// The node selector of the settings or of the runtime class leaves the node out.
    case notSelected = "not_selected"
    case notReady = "not_ready"
    case cordoned
    /// Stacks do not tolerate a taint of the node.
    case tainted
}

/// The resources of one node, and the requests of the Pods that are bound to it.
package struct NodeCapacity: Sendable, Equatable {
    /// One resource in its own unit.
    package struct Dimension: Sendable, Equatable {
        /// Nil if the node does not report the resource.
        package var allocatable: Int64?
        /// The requests of all Pods that have not ended.
        package var requested: Int64
        /// The part of `requested` that the Pods of stacks request.
        package var stacks: Int64

        /// The requested share of the allocatable amount; 0 if the node does not report the resource.
        package var fill: Double {
            guard let allocatable else { return 0 }
            return allocatable > 0 ? Double(requested) / Double(allocatable) : requested > 0 ? .infinity : 0
        }
    }

    package var name: String
    /// Nil for a node that counts as capacity for stacks.
    package var exclusion: NodeExclusion?
    package var cpuMilli: Dimension
    package var memoryBytes: Dimension
    package var ephemeralStorageBytes: Dimension
    package var pods: Dimension

    /// The requested share of the resource that is nearest to its end.
    package var fill: Double { [cpuMilli, memoryBytes, ephemeralStorageBytes, pods].reduce(0) { max($0, $1.fill) } }
}

/// The nodes of the cluster, for operators.
package struct NodeReport: Sendable, Equatable {
    /// The number of nodes in ``fullest`` at most, so that a large cluster makes no large response.
    package static let limit = 200

    /// The number of nodes in the cluster.
    package var total: Int
    /// The number of nodes that are no capacity for stacks, by reason.
    package var excluded: [NodeExclusion: Int]
    /// The nodes with the largest ``NodeCapacity/fill``, the fullest first, then by name.
    package var fullest: [NodeCapacity]
}

extension CapacityTracker {
    /// Returns the nodes with their sums. The sums are kept by events: this costs one look at each node and none at a Pod.
    package func nodeReport() -> NodeReport {
        var excluded: [NodeExclusion: Int] = [:]
        var found: [(fill: Double, node: NodeCapacity)] = []
        for (name, node) in nodes {
            if let exclusion = node.exclusion { excluded[exclusion, default: 0] += 1 }
            let capacity = capacity(of: name, node)
            found.append((capacity.fill, capacity))
        }
        found.sort { $0.fill != $1.fill ? $0.fill > $1.fill : $0.node.name < $1.node.name }
        return NodeReport(total: nodes.count, excluded: excluded, fullest: found.prefix(NodeReport.limit).map(\.node))
    }

    private func capacity(of name: String, _ node: Node) -> NodeCapacity {
        let (all, others) = (usage[name]?.all ?? Totals(), usage[name]?.others ?? Totals())
        func dimension(_ allocatable: Int64?, _ sum: KeyPath<Totals, Int128>) -> NodeCapacity.Dimension {
            NodeCapacity.Dimension(
                allocatable: allocatable,
                requested: Int64(clamping: all[keyPath: sum]),
                stacks: Int64(clamping: all[keyPath: sum] - others[keyPath: sum])
            )
        }
        return NodeCapacity(
            name: name,
            exclusion: node.exclusion,
            cpuMilli: dimension(node.allocatable.cpuMilli, \.cpuMilli),
            memoryBytes: dimension(node.allocatable.memoryBytes, \.memoryBytes),
            ephemeralStorageBytes: dimension(node.allocatable.ephemeralStorageBytes, \.ephemeralStorageBytes),
            pods: dimension(node.allocatable.pods, \.pods)
        )
    }
}
