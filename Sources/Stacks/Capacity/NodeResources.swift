/// The resources by which the scheduler finds a node full: what a node offers, or what one Pod takes.
package struct NodeResources: Sendable, Equatable {
    /// Thousandths of a core.
    package let cpuMilli: Int64
    package let memoryBytes: Int64
    /// Of a node: nil when it does not report the resource.
    package let ephemeralStorageBytes: Int64?
    /// Pods that fit on a node; 1 for a Pod. Nil when a node does not report the resource.
    package let pods: Int64?

    /// More than any machine has, and little enough that no number of Pods adds up to 127 bits: an amount beyond it is cut to it, so
    /// that a stranger's typing error counts as "everything" and nothing more.
    private static let maximum = ResourceAmount(cpuMilli: 1 << 40, memoryBytes: 1 << 53)

    package init(cpuMilli: Int64, memoryBytes: Int64, ephemeralStorageBytes: Int64? = nil, pods: Int64? = nil) {
        func clamped(_ value: Int64, _ maximum: Int64) -> Int64 { min(max(0, value), maximum) }
        self.cpuMilli = clamped(cpuMilli, Self.maximum.cpuMilli)
        self.memoryBytes = clamped(memoryBytes, Self.maximum.memoryBytes)
        self.ephemeralStorageBytes = ephemeralStorageBytes.map { clamped($0, Self.maximum.memoryBytes) }
        self.pods = pods.map { clamped($0, Self.maximum.cpuMilli) }
    }

    /// What a record counts, as a Pod takes it.
    init(_ amount: ResourceAmount) {
        self.init(cpuMilli: amount.cpuMilli, memoryBytes: amount.memoryBytes, pods: 1)
    }

    /// The cpu and memory beyond `other`; nothing where there is less.
    func excess(over other: NodeResources) -> NodeResources {
        NodeResources(cpuMilli: max(0, cpuMilli - other.cpuMilli), memoryBytes: max(0, memoryBytes - other.memoryBytes))
    }
}

/// Sums of ``NodeResources``. Each summand is bounded, so no number of them leaves 128 bits.
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

    /// No more cpu and memory than a node offers.
    func atMost(_ offered: NodeResources) -> Totals {
        var result = self
        result.cpuMilli = min(cpuMilli, Int128(offered.cpuMilli))
        result.memoryBytes = min(memoryBytes, Int128(offered.memoryBytes))
        return result
    }

    /// The two resources that a budget counts.
    var amount: ResourceAmount {
        ResourceAmount(cpuMilli: Int64(clamping: cpuMilli), memoryBytes: Int64(clamping: memoryBytes))
    }
}
