import Synchronization

/// One piece of work at a time on a stack within this process: a delete waits for the create of the same stack to end, and the
/// reconciler leaves alone what a request is working on. Between processes the record's owner and state decide.
final class StackLocks: Sendable {
    private let waiters = Mutex<[StackID: [CheckedContinuation<Void, Never>]]>([:])

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
        waiters.withLock { $0[id] != nil }
    }

    private func tryAcquire(_ id: StackID) -> Bool {
        waiters.withLock { waiters in
            guard waiters[id] == nil else { return false }
            waiters[id] = []
            return true
        }
    }

    private func acquire(_ id: StackID) async {
        await withCheckedContinuation { continuation in
            let isFree = waiters.withLock { waiters in
                guard waiters[id] != nil else {
                    waiters[id] = []
                    return true
                }
                waiters[id]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release(_ id: StackID) {
        let next = waiters.withLock { waiters -> CheckedContinuation<Void, Never>? in
            guard var queue = waiters[id], !queue.isEmpty else {
                waiters[id] = nil
                return nil
            }
            let next = queue.removeFirst()
            waiters[id] = queue
            return next
        }
        next?.resume()
    }
}
