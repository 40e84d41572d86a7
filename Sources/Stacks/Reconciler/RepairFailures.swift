import Synchronization

/// Backoff per stack after failed repairs: 1 s, doubling to 16 s.
final class RepairFailures: Sendable {
    private struct Failure {
        var count: Int
        var retryAt: ContinuousClock.Instant
    }

    private let failures = Mutex<[StackID: Failure]>([:])

    /// Returns the ids that are not in backoff.
    func due(_ ids: [StackID], at now: ContinuousClock.Instant) -> [StackID] {
        failures.withLock { failures in ids.filter { failures[$0].map { $0.retryAt <= now } ?? true } }
    }

    /// Records a failure.
    /// - Returns: the number of failures in a row.
    func failed(_ id: StackID, at now: ContinuousClock.Instant) -> Int {
        failures.withLock { failures in
            let count = (failures[id]?.count ?? 0) + 1
            failures[id] = Failure(count: count, retryAt: now + .seconds(1 << min(count - 1, 4)))
            return count
        }
    }

    /// Resets the backoff after an attempt without failure.
    func ended(_ id: StackID) { failures.withLock { $0[id] = nil } }

    /// Removes the backoff of all stacks but these.
    func keep(_ ids: Set<StackID>) {
        failures.withLock { failures in failures = failures.filter { ids.contains($0.key) } }
    }
}
