import Synchronization

/// A lock per stack within this process: a delete waits for the create of the same stack, and the reconciler skips a stack that a request
/// is working on. Between processes the record's owner and state decide.
final class StackLocks: Sendable {
    private struct Lock {
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// True if ``withLockIfFree(_:_:)`` found the lock held.
        var isMissed = false
    }

    private let locks = Mutex<[StackID: Lock]>([:])
    private let onMissed: @Sendable (StackID) -> Void

    /// - Parameter onMissed: called with a stack once its lock is free, if ``withLockIfFree(_:_:)`` failed meanwhile.
    init(onMissed: @escaping @Sendable (StackID) -> Void = { _ in }) {
        self.onMissed = onMissed
    }

    /// Runs `body` once the stack's lock is free.
    func withLock<Result>(_ id: StackID, _ body: () async throws -> Result) async rethrows -> Result {
        await acquire(id)
        defer { release(id) }
        return try await body()
    }

    /// Runs `body` if the stack's lock is free.
    /// - Returns: nil if the lock is held.
    func withLockIfFree<Result>(_ id: StackID, _ body: () async throws -> Result) async rethrows -> Result? {
        guard tryAcquire(id) else { return nil }
        defer { release(id) }
        return try await body()
    }

    func isHeld(_ id: StackID) -> Bool {
        locks.withLock { $0[id] != nil }
    }

    func waiterCount(_ id: StackID) -> Int { locks.withLock { $0[id]?.waiters.count ?? 0 } }

    private func tryAcquire(_ id: StackID) -> Bool {
        locks.withLock { locks in
            guard locks[id] == nil else {
                locks[id]?.isMissed = true
                return false
            }
            locks[id] = Lock()
            return true
        }
    }

    private func acquire(_ id: StackID) async {
        await withCheckedContinuation { continuation in
            let isFree = locks.withLock { locks in
                guard locks[id] != nil else {
                    locks[id] = Lock()
                    return true
                }
                locks[id]?.waiters.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release(_ id: StackID) {
        let (next, isMissed) = locks.withLock { locks -> (CheckedContinuation<Void, Never>?, Bool) in
            guard var lock = locks[id], !lock.waiters.isEmpty else { return (nil, locks.removeValue(forKey: id)?.isMissed == true) }
            let next = lock.waiters.removeFirst()
            locks[id] = lock
            return (next, false)
        }
        next?.resume()
        if isMissed { onMissed(id) }
    }
}
