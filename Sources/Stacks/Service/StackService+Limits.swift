extension StackService {
    /// The limits of all stacks together, as they are now. Reads memory only.
    package var limits: StackLimits {
        StackLimits(
            budget: cluster.isSynced ? cluster.budget() : nil,
            nodePorts: ports.range,
            freeNodePorts: ports.freeCount
        )
    }
}

/// The limits of all stacks together.
package struct StackLimits: Sendable, Equatable {
    /// The amount that all stacks together may request; nil until the cluster is known.
    package var budget: ResourceAmount?
    package var nodePorts: ClosedRange<Int>
    /// The number of ports that can be allocated now.
    package var freeNodePorts: Int
}
