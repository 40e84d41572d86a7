import Stacks
import Synchronization

/// A FIFO lock around the serialized section: one task of this process at a time, in the order of arrival.
///
/// A waiting task may offer its work: the task with the lock can do it together with its own, and answer it instead of passing the lock.
final class Turns<Offer: Sendable, Answer: Sendable>: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [Waiting] = []
        var lastTicket = 0
    }

    private struct Waiting {
        var ticket: Int
        var offer: Offer?
        /// Resumed with nil when the task has the lock.
        var continuation: CheckedContinuation<Answer?, any Error>
    }

    /// A task whose offer was accepted. It waits for its answer, also when it is cancelled: its work may be done already.
    struct Companion {
        let offer: Offer
        fileprivate let continuation: CheckedContinuation<Answer?, any Error>

        /// To be called once.
        func resume(with answer: Result<Answer, any Error>) { continuation.resume(with: answer.map(Optional.some)) }
    }

    private let state = Mutex(State())

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// The lock as one task has it, or does not have it.
    final class Place {
        private let turns: Turns<Offer, Answer>
        private(set) var isHeld = false

        fileprivate init(_ turns: Turns<Offer, Answer>) {
            self.turns = turns
        }

        /// Waits for the lock, or for the answer to `offer`.
        /// - Returns: the answer; nil with the lock.
        /// - Throws: `CancellationError` if the task is cancelled while waiting; the error that ended the work on the offer.
        func take(offering offer: Offer? = nil) async throws -> Answer? {
            guard !isHeld else { return nil }
            if let answer = try await turns.wait(offering: offer) { return answer }
            isHeld = true
            return nil
        }

        /// Removes the waiting tasks from the queue whose offers are accepted, with the lock held. Each of them must be resumed.
        /// - Parameter isAccepted: called with each offer in the order of arrival.
        func gather(_ isAccepted: (Offer) -> Bool) -> [Companion] {
            isHeld ? turns.gather(isAccepted) : []
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

    private func wait(offering offer: Offer?) async throws -> Answer? {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Answer?, any Error>) in
                let answer = state.withLock { state -> Result<Answer?, any Error>? in
                    // Cancelled earlier: `onCancel` ran before the continuation was stored.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.isTaken else {
                        state.isTaken = true
                        return .success(nil)
                    }
                    state.waiting.append(Waiting(ticket: ticket, offer: offer, continuation: continuation))
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
        next?.continuation.resume(returning: nil)
    }

    private func gather(_ isAccepted: (Offer) -> Bool) -> [Companion] {
        state.withLock { state in
            var companions: [Companion] = []
            state.waiting.removeAll { waiting in
                guard let offer = waiting.offer, isAccepted(offer) else { return false }
                companions.append(Companion(offer: offer, continuation: waiting.continuation))
                return true
            }
            return companions
        }
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
