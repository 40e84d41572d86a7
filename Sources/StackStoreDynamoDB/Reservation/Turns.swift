import Stacks
import Synchronization

/// A FIFO lock around the serialized section: one task of this process at a time, in the order of arrival.
///
/// A waiting task offers its work: the task with the lock may do it together with its own. It then answers the offer, or lets the waiting
/// task wait on at its place in the queue.
final class Turns<Offer: Sendable, Answer: Sendable>: Sendable {
    /// The end of a wait.
    enum Arrival: Sendable {
        /// The task has the lock. The offer is as others have left it who tried it with their own.
        case turn(Offer)
        case answer(Answer)
    }

    /// The outcome of work on an offer.
    enum Outcome: Sendable {
        case answer(Answer)
        /// The task waits on, with this offer.
        case wait(offering: Offer)
    }

    private struct State {
        var isTaken = false
        /// By ticket.
        var waiting: [Waiting] = []
        var lastTicket = 0
    }

    private struct Waiting {
        var ticket: Int
        var offer: Offer
        var continuation: CheckedContinuation<Arrival, any Error>
        /// True while the task with the lock works on the offer. The task does not leave then, for its work may be done already.
        var isShared = false
        /// True if the task was cancelled meanwhile.
        var isCancelled = false
    }

    private let state = Mutex(State())

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// The lock as one task has it, or does not have it.
    final class Place {
        private let turns: Turns<Offer, Answer>
        private(set) var isHeld = false
        /// The place in the queue, from the first wait on.
        private var ticket: Int?

        fileprivate init(_ turns: Turns<Offer, Answer>) {
            self.turns = turns
        }

        /// Waits for the lock, or for an answer to `offer`. A task that waits again, after an answer or after it passed the lock, has its
        /// place in the queue again.
        /// - Throws: `CancellationError` if the task is cancelled while waiting; the error that ended the work on the offer.
        func take(offering offer: Offer) async throws -> Arrival {
            guard !isHeld else { return .turn(offer) }
            let ticket = self.ticket ?? turns.nextTicket()
            self.ticket = ticket
            let arrival = try await turns.wait(ticket, offering: offer)
            if case .turn = arrival { isHeld = true }
            return arrival
        }

        /// Works on the own offer together with those of waiting tasks, with the lock held.
        /// - Parameters:
        ///   - choose: decides about all offers, in the order of arrival. No lock of the queue is held meanwhile.
        ///   - work: is given the chosen offers whose tasks have not left, and returns the outcome of each. Its error ends all of them.
        func share<Value>(
            choosing choose: ([Offer]) -> [Bool],
            _ work: ([Offer]) async throws -> (own: Value, others: [Outcome])
        ) async throws -> Value {
            let shared = isHeld ? turns.share(choose) : []
            do {
                let (value, outcomes) = try await work(shared.map(\.offer))
                turns.end(shared, with: outcomes)
                return value
            } catch {
                turns.end(shared, with: error)
                throw error
            }
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

    private func nextTicket() -> Int {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    private func wait(_ ticket: Int, offering offer: Offer) async throws -> Arrival {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Arrival, any Error>) in
                let arrival = state.withLock { state -> Result<Arrival, any Error>? in
                    // Cancelled earlier: `onCancel` ran before the continuation was stored.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.isTaken else {
                        state.isTaken = true
                        return .success(.turn(offer))
                    }
                    let place = state.waiting.lastIndex { $0.ticket < ticket }.map { $0 + 1 } ?? 0
                    state.waiting.insert(Waiting(ticket: ticket, offer: offer, continuation: continuation), at: place)
                    return nil
                }
                if let arrival { continuation.resume(with: arrival) }
            }
        } onCancel: {
            let cancelled = state.withLock { state -> Waiting? in
                guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                guard !state.waiting[index].isShared else {
                    state.waiting[index].isCancelled = true
                    return nil
                }
                return state.waiting.remove(at: index)
            }
            cancelled?.continuation.resume(throwing: CancellationError())
        }
    }

    private func pass() {
        let next = state.withLock { state -> Waiting? in
            state.isTaken = !state.waiting.isEmpty
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        if let next { next.continuation.resume(returning: .turn(next.offer)) }
    }

    /// Marks the tasks as shared whose offers are chosen.
    private func share(_ choose: ([Offer]) -> [Bool]) -> [Waiting] {
        let waiting = state.withLock { $0.waiting }
        guard !waiting.isEmpty else { return [] }
        let chosen = Set(zip(waiting, choose(waiting.map(\.offer))).compactMap { $1 ? $0.ticket : nil })
        return state.withLock { state in
            state.waiting.indices.compactMap { index in
                guard chosen.contains(state.waiting[index].ticket) else { return nil }
                state.waiting[index].isShared = true
                return state.waiting[index]
            }
        }
    }

    private func end(_ shared: [Waiting], with outcomes: [Outcome]) {
        for (waiting, outcome) in zip(shared, outcomes) {
            switch outcome {
            case .answer(let answer): end(waiting.ticket, with: .success(.answer(answer)))
            case .wait(let offer): waitOn(waiting.ticket, offering: offer)
            }
        }
        // Work that tells no outcome of an offer has not changed it.
        for waiting in shared.dropFirst(outcomes.count) { waitOn(waiting.ticket, offering: waiting.offer) }
    }

    private func end(_ shared: [Waiting], with error: any Error) {
        for waiting in shared { end(waiting.ticket, with: .failure(error)) }
    }

    private func end(_ ticket: Int, with arrival: Result<Arrival, any Error>) {
        let waiting = state.withLock { state in
            state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
        }
        waiting?.continuation.resume(with: arrival)
    }

    private func waitOn(_ ticket: Int, offering offer: Offer) {
        let cancelled = state.withLock { state -> Waiting? in
            guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            guard !state.waiting[index].isCancelled else { return state.waiting.remove(at: index) }
            state.waiting[index].offer = offer
            state.waiting[index].isShared = false
            return nil
        }
        cancelled?.continuation.resume(throwing: CancellationError())
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
