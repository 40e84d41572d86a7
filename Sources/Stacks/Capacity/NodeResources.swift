/// Resources that the scheduler compares: the allocatable amount of a node, or the request of one Pod.
package struct NodeResources: Sendable, Equatable {
    /// Thousandths of a core.
    package let cpuMilli: Int64
    package let memoryBytes: Int64
    /// The ephemeral storage in bytes; nil for a node that does not report the resource.
    package let ephemeralStorageBytes: Int64?
    /// The Pods that fit on a node, or 1 for a Pod. Nil for a node that does not report the resource.
    package let pods: Int64?

    /// Upper bound of each amount: more than any machine has, and small enough that sums stay within 128 bits. A larger amount, such as a
    /// typing error in a foreign Pod, is clamped.
    private static let maximum = ResourceAmount(cpuMilli: 1 << 40, memoryBytes: 1 << 53)

    package init(cpuMilli: Int64, memoryBytes: Int64, ephemeralStorageBytes: Int64? = nil, pods: Int64? = nil) {
        func clamped(_ value: Int64, _ maximum: Int64) -> Int64 { min(max(0, value), maximum) }
        self.cpuMilli = clamped(cpuMilli, Self.maximum.cpuMilli)
        self.memoryBytes = clamped(memoryBytes, Self.maximum.memoryBytes)
        self.ephemeralStorageBytes = ephemeralStorageBytes.map { clamped($0, Self.maximum.memoryBytes) }
        self.pods = pods.map { clamped($0, Self.maximum.cpuMilli) }
    }

    /// No amount of anything.
    package static let nothing = NodeResources(cpuMilli: 0, memoryBytes: 0)

    /// Creates the request of one Pod from the amount that its record counts.
    init(_ amount: ResourceAmount) {
        self.init(cpuMilli: amount.cpuMilli, memoryBytes: amount.memoryBytes, pods: 1)
    }

    /// Returns cpu and memory beyond `other`, at least 0.
    func excess(over other: NodeResources) -> NodeResources {
        NodeResources(cpuMilli: max(0, cpuMilli - other.cpuMilli), memoryBytes: max(0, memoryBytes - other.memoryBytes))
    }
}

/// Sums of ``NodeResources``. Each summand is bounded, so the sums fit in 128 bits.
struct Totals: Sendable, Equatable {
    var cpuMilli: Int128 = 0
    var memoryBytes: Int128 = 0
    var ephemeralStorageBytes: Int128 = 0
    var pods: Int128 = 0

    mutating func add(_ resources: NodeResources, sign: Int128) {
        cpuMilli += sign * Int128(resources.cpuMilli)
        memoryBytes += sign * Int128(resources.memoryBytes)
        ephemeralStorageBytes += sign * Int128(resources.ephemeralStorageBytes ?? 0)
        pods += sign * Int128(resources.pods ?? 0)
    }

    static func += (left: inout Totals, right: Totals) {
        left.cpuMilli += right.cpuMilli
        left.memoryBytes += right.memoryBytes
        left.ephemeralStorageBytes += right.ephemeralStorageBytes
        left.pods += right.pods
    }

    /// Returns the sums with cpu and memory limited to the amounts of `offered`.
    func atMost(_ offered: NodeResources) -> Totals {
        var result = self
        result.cpuMilli = min(cpuMilli, Int128(offered.cpuMilli))
        result.memoryBytes = min(memoryBytes, Int128(offered.memoryBytes))
        return result
    }

    /// Cpu and memory, the two resources of the budget.
    var amount: ResourceAmount {
        ResourceAmount(cpuMilli: Int64(clamping: cpuMilli), memoryBytes: Int64(clamping: memoryBytes))
    }
}
