import Synchronization

/// One piece of work at a time on a stack within this process: a delete waits for the create of the same stack to end, and the
/// reconciler leaves alone what a request is working on. Between processes the record's owner and state decide.
final class StackLocks: Sendable {
    private struct Lock {
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// Somebody found it held and did not wait.
        var isMissed = false
    }

    private let locks = Mutex<[StackID: Lock]>([:])
    private let onMissed: @Sendable (StackID) -> Void

    /// - Parameter onMissed: told of a stack on which somebody works no longer, if ``withLockIfFree(_:_:)`` was refused meanwhile.
    init(onMissed: @escaping @Sendable (StackID) -> Void = { _ in }) {
        self.onMissed = onMissed
    }

    /// Runs `body` once nobody else works on the stack.
    func withLock<Result>(_ id: StackID, _ body: () async throws -> Result) async rethrows -> Result {
        await acquire(id)
        defer { release(id) }
        return try await body()
    }

    /// Runs `body` unless somebody works on the stack now.
    /// - Returns: nil when somebody does.
    func withLockIfFree<Result>(_ id: StackID, _ body: () async throws -> Result) async rethrows -> Result? {
        guard tryAcquire(id) else { return nil }
        defer { release(id) }
        return try await body()
    }

    func isHeld(_ id: StackID) -> Bool {
        locks.withLock { $0[id] != nil }
    }

    /// How many wait for their turn.
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
