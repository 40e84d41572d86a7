import Synchronization

/// Carries out creates and deletes in tasks of its own, so that neither a vanished client nor a cancelled request leaves one half
/// done; at most so many at once, the rest waiting in a fair and bounded queue.
package final class JobRunner: Sendable {
    private typealias Job = @Sendable () async -> Void

    private struct State {
        var queue: FairQueue<Job>
        var running = 0
        var isAccepting = true
    }

    private let state: Mutex<State>
    private let limit: Int
    private let started: AsyncStream<Job>
    private let starter: AsyncStream<Job>.Continuation

    /// - Parameters:
    ///   - limit: jobs that run at once.
    ///   - queueCapacity: jobs that may wait behind them.
    package init(limit: Int, queueCapacity: Int) {
        self.limit = limit
        state = Mutex(State(queue: FairQueue(capacity: queueCapacity)))
        (started, starter) = AsyncStream.makeStream()
    }

    /// Runs the jobs until ``finish()`` was called and the last one has ended. Cancelling it cancels the jobs, and those that wait are
    /// not begun.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await job in started {
                group.addTask { await self.carryOut(job) }
            }
        }
    }

    /// Carries out a job and, in its place, those that wait.
    private func carryOut(_ first: @escaping Job) async {
        var next: Job? = first
        while let job = next {
            await job()
            next = jobEnded()
        }
    }

    /// Jobs that wait for their turn.
    var waitingCount: Int { state.withLock { $0.queue.count } }

    /// Accepts no more jobs; those accepted are still carried out.
    package func finish() {
        let isIdle = state.withLock { state in
            state.isAccepting = false
            return state.running == 0
        }
        if isIdle { starter.finish() }
    }

    /// Runs `work` when its turn comes and returns what it returns. The work goes on even if the calling task is cancelled.
    /// - Throws: what `work` throws; ``StackError`` `too_many_creates` when the queue is full, `shutting_down` after ``finish()``.
    package func perform<Result: Sendable>(forUser user: Int64, _ work: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await withCheckedThrowingContinuation { continuation in
            let job: Job = {
                do {
                    try Task.checkCancellation()
                    continuation.resume(returning: try await work())
                } catch {
                    continuation.resume(throwing: error)
                }
            }
            if let refusal = submit(job, user: user) { continuation.resume(throwing: refusal) }
        }
    }

    private func submit(_ job: @escaping Job, user: Int64) -> StackError? {
        let shuttingDown = StackError(.shuttingDown, "the service is shutting down", retryAfterSeconds: 5)
        return state.withLock { state in
            guard state.isAccepting else { return shuttingDown }
            guard state.running >= limit else {
                // Nobody takes a job any more once `run` was cancelled.
                if case .terminated = starter.yield(job) { return shuttingDown }
                state.running += 1
                return nil
            }
            guard state.queue.append(job, user: user) else {
                return StackError(
                    .tooManyCreates,
                    "\(limit) requests are being carried out and \(state.queue.capacity) are waiting; try again later",
                    retryAfterSeconds: 5
                )
            }
            return nil
        }
    }

    /// - Returns: the job whose turn it is.
    private func jobEnded() -> Job? {
        state.withLock { state in
            if let next = state.queue.popFirst() { return next }
            state.running -= 1
            if state.running == 0, !state.isAccepting { starter.finish() }
            return nil
        }
    }
}
