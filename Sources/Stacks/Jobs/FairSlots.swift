import Synchronization

/// Lets so many pieces of work go on at once. Those that wait take turns between claimants, and no claimant may have more than half
/// of the slots, so that one user's slow work never keeps all others waiting.
package final class FairSlots: Sendable {
    private struct State {
        var queue = FairQueue<Int>()
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
        var running = 0
        var runningOf: [Claimant: Int] = [:]
        var lastTicket = 0
    }

    private let state = Mutex(State())
    private let limit: Int
    private let limitPerClaimant: Int

    package init(_ limit: Int) {
        self.limit = limit
        limitPerClaimant = max(1, limit / 2)
    }

    /// Pieces of work that wait for their turn.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` once there is a slot for it.
    /// - Throws: what `body` throws; `CancellationError` when the task is cancelled while it waits.
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
                    // `onCancel` may have run before there was a continuation to resume.
                    guard !Task.isCancelled else { return false }
                    guard !canStart(claimant, state) else {
                        Self.start(claimant, &state)
                        return true
                    }
                    state.waiting[ticket] = continuation
                    state.queue.append(ticket, of: claimant)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            // Its ticket stays in the queue and is skipped when its turn comes.
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume(returning: false)
        }
    }

    /// Whoever waits while there is a free slot has all the slots that one claimant may have: others need not queue behind.
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
                guard let continuation = state.waiting.removeValue(forKey: next.element) else { continue }
                Self.start(next.claimant, &state)
                started.append(continuation)
            }
            return started
        }
        for continuation in started { continuation.resume(returning: true) }
    }
}
