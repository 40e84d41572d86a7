import DequeModule
import Synchronization

/// A lock per stack within this process: a delete waits for the create of the same stack, and the reconciler skips a stack that a request
/// is working on. Between processes the record's owner and state decide.
final class StackLocks: Sendable {
    /// Those who wait for each lock that is held.
    private let locks = Mutex<[StackID: Deque<CheckedContinuation<Void, Never>>]>([:])

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

    private func tryAcquire(_ id: StackID) -> Bool {
        locks.withLock { locks in
            guard locks[id] == nil else { return false }
            locks[id] = []
            return true
        }
    }

    private func acquire(_ id: StackID) async {
        await withCheckedContinuation { continuation in
            let isFree = locks.withLock { locks in
                guard locks[id] != nil else {
                    locks[id] = []
                    return true
                }
                locks[id]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release(_ id: StackID) {
        let next = locks.withLock { locks in
            let next = locks[id]?.popFirst()
            if next == nil { locks[id] = nil }
            return next
        }
        next?.resume()
    }
}
