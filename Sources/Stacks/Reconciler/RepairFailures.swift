import Synchronization

/// Stacks whose repair failed, each with a pause of its own before the next attempt: 1 s, doubling to 16 s.
final class RepairFailures: Sendable {
    private struct Failure {
        var count: Int
        var retryAt: ContinuousClock.Instant
    }

    private let failures = Mutex<[StackID: Failure]>([:])

    /// Those whose pause is over, or who need none.
    func due(_ ids: [StackID], at now: ContinuousClock.Instant) -> [StackID] {
        failures.withLock { failures in ids.filter { failures[$0].map { $0.retryAt <= now } ?? true } }
    }

    /// - Returns: how often it has failed in a row.
    func failed(_ id: StackID, at now: ContinuousClock.Instant) -> Int {
        failures.withLock { failures in
            let count = (failures[id]?.count ?? 0) + 1
            failures[id] = Failure(count: count, retryAt: now + .seconds(1 << min(count - 1, 4)))
            return count
        }
    }

    /// An attempt did not fail.
    func ended(_ id: StackID) { failures.withLock { $0[id] = nil } }

    /// Forgets all others.
    func keep(_ ids: Set<StackID>) {
        failures.withLock { failures in failures = failures.filter { ids.contains($0.key) } }
    }
}
