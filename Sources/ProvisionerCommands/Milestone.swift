import Synchronization

/// Something that happens once, and that others wait for.
final class Milestone: Sendable {
    private struct State {
        var isReached = false
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
        var lastTicket = 0
    }

    private let state = Mutex(State())

    /// Whether it has happened.
    var isReached: Bool { state.withLock { $0.isReached } }

    /// It has happened: all who wait go on.
    func reach() {
        let waiting = state.withLock { state in
            state.isReached = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Returns once it has happened.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func wait() async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let answer = state.withLock { state -> Result<Void, any Error>? in
                    if state.isReached { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume(throwing: CancellationError())
        }
    }
}
