import Stacks
import Synchronization

/// A FIFO lock around the serialized section: one task of this process at a time, in the order of arrival.
final class Turns: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [Waiting] = []
        var lastTicket = 0
    }

    private struct Waiting {
        var ticket: Int
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let state = Mutex(State())

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` under the lock.
    /// - Throws: the error of `body`; `CancellationError` if the task is cancelled while waiting. ``StoreError/unreachable(_:)`` is thrown
    ///   to all waiters at once, since each would otherwise wait for the same timeout in turn. Any other error, such as an unreadable item
    ///   or throttling, concerns one request only.
    func withTurn<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await wait()
        do {
            let value = try await body()
            pass()
            return value
        } catch StoreError.unreachable(let reason) {
            end(with: .unreachable(reason))
            throw StoreError.unreachable(reason)
        } catch {
            pass()
            throw error
        }
    }

    private func wait() async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let answer = state.withLock { state -> Result<Void, any Error>? in
                    // Cancelled earlier: `onCancel` ran before the continuation was stored.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.isTaken else {
                        state.isTaken = true
                        return .success(())
                    }
                    state.waiting.append(Waiting(ticket: ticket, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let cancelled = state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0).continuation }
            }
            cancelled?.resume(throwing: CancellationError())
        }
    }

    private func pass() {
        let next = state.withLock { state -> Waiting? in
            state.isTaken = !state.waiting.isEmpty
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.continuation.resume()
    }

    private func end(with error: StoreError) {
        let waiting = state.withLock { state in
            defer {
                state.isTaken = false
                state.waiting = []
            }
            return state.waiting
        }
        for waiting in waiting { waiting.continuation.resume(throwing: error) }
    }
}
