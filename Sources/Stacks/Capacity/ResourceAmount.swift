/// An amount of both resources that a budget counts. Sums that leave 64 bits stay at the nearest bound: an amount may come from the
/// database or from a stranger's Pod, and no such number may end the process.
package struct ResourceAmount: Sendable, Hashable {
    /// Thousandths of a core.
    package var cpuMilli: Int64
    package var memoryBytes: Int64

    package static let zero = ResourceAmount(cpuMilli: 0, memoryBytes: 0)

    package init(cpuMilli: Int64, memoryBytes: Int64) {
        self.cpuMilli = cpuMilli
        self.memoryBytes = memoryBytes
    }

    /// Whether `other` stays within this amount in both resources.
    package func covers(_ other: ResourceAmount) -> Bool {
        other.cpuMilli <= cpuMilli && other.memoryBytes <= memoryBytes
    }

    package static func + (left: ResourceAmount, right: ResourceAmount) -> ResourceAmount {
        ResourceAmount(
            cpuMilli: Int64(clamping: Int128(left.cpuMilli) + Int128(right.cpuMilli)),
            memoryBytes: Int64(clamping: Int128(left.memoryBytes) + Int128(right.memoryBytes))
        )
    }

    package static func - (left: ResourceAmount, right: ResourceAmount) -> ResourceAmount {
        ResourceAmount(
            cpuMilli: Int64(clamping: Int128(left.cpuMilli) - Int128(right.cpuMilli)),
            memoryBytes: Int64(clamping: Int128(left.memoryBytes) - Int128(right.memoryBytes))
        )
    }

    package static func += (left: inout ResourceAmount, right: ResourceAmount) { left = left + right }
    package static func -= (left: inout ResourceAmount, right: ResourceAmount) { left = left - right }
}

extension StackRecord {
    /// What the stack's Pod requests, as the budget counts it.
    package var requested: ResourceAmount {
        ResourceAmount(cpuMilli: requestedCPUMilli, memoryBytes: requestedMemoryBytes)
    }
}
