import Synchronization

/// Work on a stack whose outcome several callers wait for: the first begins it, and those who come meanwhile get what it comes to.
final class SharedWork: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    /// Who waits for each piece of work under way.
    private let waiters = Mutex<[StackID: [Waiter]]>([:])

    /// Runs `body`, or waits for the one that runs for the same stack.
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

    /// - Returns: false when it is under way already.
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
        // It ended between the two looks: what it came to is not known here.
        if hasEnded { try await perform(id, body) }
    }
}
