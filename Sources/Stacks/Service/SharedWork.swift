import Synchronization

/// Coalesces concurrent work on a stack: the first caller runs it, later callers wait for the same outcome.
final class SharedWork: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    /// The waiters of each piece of work in progress.
    private let waiters = Mutex<[StackID: [Waiter]]>([:])

    /// Runs `body`, or waits for the run in progress for the same stack.
    func perform(_ id: StackID, _ body: () async throws -> Void) async throws {
        guard begin(id) else { return try await join(id, orRun: body) }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        let others = waiters.withLock { $0.removeValue(forKey: id) } ?? []
        for other in others { other.resume(with: result) }
        try result.get()
    }

    /// - Returns: false if work on the stack is already in progress.
    private func begin(_ id: StackID) -> Bool {
        waiters.withLock { waiters in
            guard waiters[id] == nil else { return false }
            waiters[id] = []
            return true
        }
    }

    private func join(_ id: StackID, orRun body: () async throws -> Void) async throws {
        var hasEnded = false
        try await withCheckedThrowingContinuation { (continuation: Waiter) in
            hasEnded = waiters.withLock { waiters in
                guard waiters[id] != nil else { return true }
                waiters[id]?.append(continuation)
                return false
            }
            if hasEnded { continuation.resume() }
        }
        // The work ended between the two checks, so its outcome is unknown here.
        if hasEnded { try await perform(id, body) }
    }
}
