extension StackService {
    /// The limits of all stacks together, as they are now. Reads memory only.
    package var limits: StackLimits {
        let isKnown = cluster.isSynced
        return StackLimits(
            budget: isKnown ? cluster.budget() : nil,
            nodes: isKnown ? cluster.nodeReport() : nil,
            nodePorts: ports.range,
            freeNodePorts: ports.freeCount
        )
    }
}

/// The limits of all stacks together.
package struct StackLimits: Sendable, Equatable {
    /// The amount that all stacks together may request; nil until the cluster is known.
    package var budget: ResourceAmount?
    /// The nodes; nil until the cluster is known, and where nodes cannot be read.
    package var nodes: NodeReport?
    package var nodePorts: ClosedRange<Int>
    /// The number of ports that can be allocated now.
    package var freeNodePorts: Int
}
