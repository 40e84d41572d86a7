import Synchronization

/// Carries out creates and deletes in tasks of its own, so that neither a vanished client nor a cancelled request leaves one half
/// done. A job does its work in one of a few slots and waits outside of them.
package final class JobRunner: Sendable {
    private typealias Job = @Sendable () async -> Void

    private struct State {
        var accepted = 0
        var acceptedOf: [Claimant: Int] = [:]
        var isAccepting = true
    }

    /// What a job needs while it works on the store and the cluster; to wait for others it needs none.
    let slots: FairSlots
    private let state = Mutex(State())
    private let limit: Int
    private let queueCapacity: Int
    private let started: AsyncStream<Job>
    private let starter: AsyncStream<Job>.Continuation

    /// - Parameters:
    ///   - limit: slots.
    ///   - queueCapacity: jobs that may be accepted beside as many as there are slots.
    package init(limit: Int, queueCapacity: Int) {
        slots = FairSlots(limit)
        self.limit = limit
        self.queueCapacity = queueCapacity
        (started, starter) = AsyncStream.makeStream()
    }

    /// Runs the jobs until ``finish()`` was called and the last one has ended. Cancelling it cancels the jobs, and those that wait are
    /// not begun.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await job in started { group.addTask { await job() } }
        }
    }

    /// Accepts no more jobs; those accepted are still carried out.
    package func finish() {
        let isIdle = state.withLock { state in
            state.isAccepting = false
            return state.accepted == 0
        }
        if isIdle { starter.finish() }
    }

    /// Runs `work` in a task of its own and returns what it returns. The work goes on even if the calling task is cancelled.
    /// - Parameter claimant: who asks. One claimant may have a quarter of all jobs at most.
    /// - Throws: what `work` throws; ``StackError`` `too_many_creates` when too many are under way, `shutting_down` after ``finish()``.
    package func perform<Result: Sendable>(for claimant: Claimant, _ work: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await withCheckedThrowingContinuation { continuation in
            let job: Job = {
                let result: Swift.Result<Result, any Error>
                do {
                    try Task.checkCancellation()
                    result = .success(try await work())
                } catch {
                    result = .failure(error)
                }
                self.ended(claimant)
                continuation.resume(with: result)
            }
            if let refusal = submit(job, claimant) { continuation.resume(throwing: refusal) }
        }
    }

    private func submit(_ job: @escaping Job, _ claimant: Claimant) -> StackError? {
        let shuttingDown = StackError(.shuttingDown, "the service is shutting down", retryAfterSeconds: 5)
        return state.withLock { state in
            guard state.isAccepting else { return shuttingDown }
            let capacity = limit + queueCapacity
            guard state.accepted < capacity else {
                return tooMany("\(limit) requests are being carried out and \(queueCapacity) are waiting; try again later")
            }
            let own = state.acceptedOf[claimant, default: 0]
            // So the repeats of one key or one delete never fill the queue.
            guard own < max(1, capacity / 4) || capacity < 4 else {
                return tooMany("\(own) requests of the same user or for the same stack are under way; try again later")
            }
            // Nobody takes a job any more once `run` was cancelled.
            if case .terminated = starter.yield(job) { return shuttingDown }
            state.accepted += 1
            state.acceptedOf[claimant] = own + 1
            return nil
        }
    }

    private func tooMany(_ message: String) -> StackError { StackError(.tooManyCreates, message, retryAfterSeconds: 5) }

    private func ended(_ claimant: Claimant) {
        state.withLock { state in
            state.accepted -= 1
            let own = state.acceptedOf[claimant, default: 1] - 1
            state.acceptedOf[claimant] = own == 0 ? nil : own
            if state.accepted == 0, !state.isAccepting { starter.finish() }
        }
    }
}
