import Synchronization

/// Runs creates and deletes in separate tasks, so that a vanished client or a cancelled request leaves no work half done. Jobs hold one of
/// a few slots while they work, but not while they wait.
package final class JobRunner: Sendable {
    private typealias Job = @Sendable () async -> Void

    private struct State {
        var accepted = 0
        var acceptedOf: [Claimant: Int] = [:]
        var isAccepting = true
    }

    /// The slots for work on the store and the cluster. Waiting needs no slot.
    let slots: FairSlots
    private let state = Mutex(State())
    private let limit: Int
    private let queueCapacity: Int
    private let started: AsyncStream<Job>
    private let starter: AsyncStream<Job>.Continuation

    /// - Parameters:
    ///   - limit: the number of slots.
    ///   - queueCapacity: the number of accepted jobs beyond `limit`.
    package init(limit: Int, queueCapacity: Int) {
        slots = FairSlots(limit)
        self.limit = limit
        self.queueCapacity = queueCapacity
        (started, starter) = AsyncStream.makeStream()
    }

    /// Runs jobs until ``finish()`` was called and the last job has ended. Cancellation cancels running jobs and drops waiting ones.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await job in started { group.addTask { await job() } }
        }
    }

    /// The jobs of this moment: those in a slot and those that wait for one.
    package var load: JobLoad { slots.load(at: .now) }

    /// Stops accepting jobs; accepted jobs still run.
    package func finish() {
        let isIdle = state.withLock { state in
            state.isAccepting = false
            return state.accepted == 0
        }
        if isIdle { starter.finish() }
    }

    /// Runs `work` in a separate task and returns its result. Cancelling the caller does not cancel `work`.
    /// - Parameter claimant: the requesting party. One claimant has at most a quarter of all jobs.
    /// - Throws: the error of `work`; ``StackError`` `too_many_creates` if the queue is full, `shutting_down` after ``finish()``.
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

    /// Starts `work` in a separate task, which reports its outcome by itself.
    /// - Throws: ``StackError`` as ``perform(for:_:)`` does.
    package func start(for claimant: Claimant, _ work: @escaping @Sendable () async -> Void) throws(StackError) {
        let job: Job = {
            await work()
            self.ended(claimant)
        }
        if let refusal = submit(job, claimant) { throw refusal }
    }

    private func submit(_ job: @escaping Job, _ claimant: Claimant) -> StackError? {
        // The runner's tasks are not children of the request's.
        let trace = RequestTrace.current
        let traced: Job = { await RequestTrace.$current.withValue(trace) { await job() } }
        let shuttingDown = StackError(.shuttingDown, "the service is shutting down", retryAfterSeconds: 5)
        return state.withLock { state in
            guard state.isAccepting else { return shuttingDown }
            let capacity = limit + queueCapacity
            guard state.accepted < capacity else {
                return tooMany("\(limit) requests are being carried out and \(queueCapacity) are waiting; try again later")
            }
            let own = state.acceptedOf[claimant, default: 0]
            // Prevents retries of one key or one delete from filling the queue.
            guard own < max(1, capacity / 4) || capacity < 4 else {
                return tooMany("\(own) requests of the same user or for the same stack are under way; try again later")
            }
            // `run` was cancelled, so no job starts any more.
            if case .terminated = starter.yield(traced) { return shuttingDown }
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
