import Synchronization

/// Something that happens once, and that others wait for.
final class Milestone: Sendable {
    private struct State {
        var isReached = false
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Whether it has happened.
    var isReached: Bool { state.withLock { $0.isReached } }

    /// It has happened: all who wait go on.
    func reach() {
        let waiting = state.withLock { state in
            state.isReached = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Returns once it has happened.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func wait() async throws {
        let (reached, continuation) = AsyncStream<Never>.makeStream()
        state.withLock { state in
            if state.isReached { continuation.finish() } else { state.waiting.append(continuation) }
        }
        for await _ in reached {}
        guard isReached else { throw CancellationError() }
    }
}
