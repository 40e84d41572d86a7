/// The capacity for stacks, resource by resource, for the metrics.
package struct CapacityReport: Sendable, Equatable {
    /// One resource in its own unit.
    package struct Dimension: Sendable, Equatable {
        package var total: Int64
        /// The share that stays free.
        package var reserve: Int64
        /// Requests of stacks and of others.
        package var used: Int64
        /// The part that stacks may still request.
        package var free: Int64

        package init(total: Int64, reserve: Int64, used: Int64, free: Int64) {
            self.total = total
            self.reserve = reserve
            self.used = used
            self.free = free
        }

        /// The free share of what stacks may request at most; 0 of nothing.
        package var freeRatio: Double {
            let usable = Int128(total) - Int128(reserve)
            return usable > 0 ? min(1, max(0, Double(free) / Double(usable))) : 0
        }
    }

    package var cpuMilli: Dimension
    package var memoryBytes: Dimension
    /// Nil if the nodes do not limit it.
    package var pods: Dimension?
    /// Nil if the nodes do not limit it.
    package var ephemeralStorageBytes: Dimension?
}

extension CapacityTracker {
    /// Returns the capacity as the budget computes it, with the stacks whose Pods are visible.
    package func report(totalCPUMilli: Int64? = nil, totalMemoryBytes: Int64? = nil, reserve: ReserveRatio) -> CapacityReport {
        let budget = computeBudget(totalCPUMilli, totalMemoryBytes, reserve)
        let own = ownCounted
        func dimension(_ part: KeyPath<ResourceAmount, Int64>, _ counted: Int128) -> CapacityReport.Dimension {
            let (total, kept) = (budget.total[keyPath: part], budget.kept[keyPath: part])
            let free = Int128(budget.limit[keyPath: part]) - counted
            return CapacityReport.Dimension(
                total: total,
                reserve: kept,
                used: Int64(clamping: max(0, Int128(total) - Int128(kept) - free)),
                free: Int64(clamping: max(0, free))
            )
        }
        func dimension(_ room: (total: Int128, free: Int128)?) -> CapacityReport.Dimension? {
            room.map { room in
                let free = max(0, room.free)
                return CapacityReport.Dimension(
                    total: Int64(clamping: room.total),
                    reserve: 0,
                    used: Int64(clamping: room.total - free),
                    free: Int64(clamping: free)
                )
            }
        }
        // Configured totals mean a cluster that autoscales, so its current nodes are no limit.
        let isLimited = totalCPUMilli == nil && totalMemoryBytes == nil
        return CapacityReport(
            cpuMilli: dimension(\.cpuMilli, own.cpuMilli),
            memoryBytes: dimension(\.memoryBytes, own.memoryBytes),
            pods: isLimited ? dimension(room(\.pods, \.pods)) : nil,
            ephemeralStorageBytes: isLimited ? dimension(room(\.ephemeralStorageBytes, \.ephemeralStorageBytes)) : nil
        )
    }
}
