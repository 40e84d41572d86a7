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

    /// The lock as one task has it, or does not have it.
    final class Place {
        private let turns: Turns
        private(set) var isHeld = false

        fileprivate init(_ turns: Turns) {
            self.turns = turns
        }

        /// Waits for the lock.
        /// - Throws: `CancellationError` if the task is cancelled while waiting.
        func take() async throws {
            guard !isHeld else { return }
            try await turns.wait()
            isHeld = true
        }

        func pass() {
            guard isHeld else { return }
            isHeld = false
            turns.pass()
        }

        fileprivate func end(with error: StoreError) {
            guard isHeld else { return }
            isHeld = false
            turns.end(with: error)
        }
    }

    /// Runs `body`, which takes and passes the lock, and passes the lock after it.
    /// - Throws: the error of `body`. ``StoreError/unreachable(_:)`` under the lock is thrown to all waiters at once, since each would
    ///   otherwise wait for the same timeout in turn. Any other error, such as an unreadable item or throttling, concerns one request only.
    func withPlace<Value>(_ body: (Place) async throws -> Value) async throws -> Value {
        let place = Place(self)
        do {
            let value = try await body(place)
            place.pass()
            return value
        } catch StoreError.unreachable(let reason) {
            place.end(with: .unreachable(reason))
            throw StoreError.unreachable(reason)
        } catch {
            place.pass()
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
