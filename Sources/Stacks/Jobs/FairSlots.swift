import Synchronization

/// A semaphore with fair waiting: at most `limit` pieces of work run at once, waiters are served round-robin by claimant, and one claimant
/// has at most half of the slots, so that the slow work of one user cannot block all others.
package final class FairSlots: Sendable {
    private struct State {
        var queue = FairQueue<Int>()
        var waiting: [Int: Waiter] = [:]
        var running = 0
        var runningOf: [Claimant: Int] = [:]
        var lastTicket = 0
    }

    private struct Waiter {
        var continuation: CheckedContinuation<Bool, Never>
        var since: ContinuousClock.Instant
    }

    private let state = Mutex(State())
    private let limit: Int
    private let limitPerClaimant: Int

    package init(_ limit: Int) {
        self.limit = limit
        limitPerClaimant = max(1, limit / 2)
    }

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// The work of this moment.
    func load(at now: ContinuousClock.Instant) -> JobLoad {
        state.withLock { state in
            let oldest = state.waiting.values.lazy.map(\.since).min()
            return JobLoad(running: state.running, waiting: state.waiting.count, longestWait: oldest.map { now - $0 } ?? .zero)
        }
    }

    /// Runs `body` in a slot, as soon as one is free.
    /// - Throws: the error of `body`; `CancellationError` if the task is cancelled while waiting.
    func withSlot<Result>(for claimant: Claimant, _ body: () async throws -> Result) async throws -> Result {
        guard await acquire(for: claimant) else { throw CancellationError() }
        defer { release(of: claimant) }
        return try await body()
    }

    private func acquire(for claimant: Claimant) async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    // `onCancel` may have run before the continuation was stored.
                    guard !Task.isCancelled else { return false }
                    guard !canStart(claimant, state) else {
                        Self.start(claimant, &state)
                        return true
                    }
                    state.waiting[ticket] = Waiter(continuation: continuation, since: .now)
                    state.queue.append(ticket, of: claimant)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            // The ticket stays in the queue; `release` skips it.
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.continuation.resume(returning: false)
        }
    }

    /// Returns true if a slot is free for the claimant. Anyone who waits while a slot is free has reached the limit per claimant, so
    /// no waiter is overtaken.
    private func canStart(_ claimant: Claimant, _ state: State) -> Bool {
        state.running < limit && state.runningOf[claimant, default: 0] < limitPerClaimant
    }

    private static func start(_ claimant: Claimant, _ state: inout State) {
        state.running += 1
        state.runningOf[claimant, default: 0] += 1
    }

    private func release(of claimant: Claimant) {
        let started = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
            state.running -= 1
            let count = state.runningOf[claimant, default: 1] - 1
            state.runningOf[claimant] = count == 0 ? nil : count
            var started: [CheckedContinuation<Bool, Never>] = []
            while let next = state.queue.popFirst(where: { [state] in canStart($0, state) }) {
                guard let waiter = state.waiting.removeValue(forKey: next.element) else { continue }
                Self.start(next.claimant, &state)
                started.append(waiter.continuation)
            }
            return started
        }
        for continuation in started { continuation.resume(returning: true) }
    }
}

/// The number of jobs by state, and the wait of the one that waits for longest.
package struct JobLoad: Sendable, Equatable {
    package var running: Int
    package var waiting: Int
    package var longestWait: Duration
}
