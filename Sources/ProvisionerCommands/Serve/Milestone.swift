import Synchronization

/// A latch: opens once, and releases all waiters.
final class Milestone: Sendable {
    private struct State {
        var isReached = false
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    /// True once the latch is open.
    var isReached: Bool { state.withLock { $0.isReached } }

    /// Opens the latch.
    func reach() {
        let waiting = state.withLock { state in
            state.isReached = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Waits until the latch is open.
    /// - Throws: `CancellationError` if the task is cancelled first.
    func wait() async throws {
        let (reached, continuation) = AsyncStream<Never>.makeStream()
        state.withLock { state in
            if state.isReached { continuation.finish() } else { state.waiting.append(continuation) }
        }
        for await _ in reached {}
        guard isReached else { throw CancellationError() }
    }
}
