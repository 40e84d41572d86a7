/// An amount of cpu and memory, the two resources of the budget. Arithmetic saturates: an amount may come from the database or from a
/// foreign Pod, and no such value may end the process.
package struct ResourceAmount: Sendable, Hashable {
    /// Thousandths of a core.
    package var cpuMilli: Int64
    package var memoryBytes: Int64

    package static let zero = ResourceAmount(cpuMilli: 0, memoryBytes: 0)

    package init(cpuMilli: Int64, memoryBytes: Int64) {
        self.cpuMilli = cpuMilli
        self.memoryBytes = memoryBytes
    }

    /// Returns true if `other` is at most this amount in both resources.
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
    /// The cpu and memory that the budget counts for the stack: none in state `failed`.
    package var requested: ResourceAmount {
        state == .failed ? .zero : ResourceAmount(cpuMilli: requestedCPUMilli, memoryBytes: requestedMemoryBytes)
    }
}
