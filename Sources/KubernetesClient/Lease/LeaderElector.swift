public import Logging
import ServiceLifecycle
import Synchronization

/// Leader election: runs work in one of several processes at a time, the holder of a Lease.
///
/// A process that cannot renew its Lease in time stops leading before another may start. Between a check of ``isLeading`` and the end of
/// the next write the process may be suspended for any time, so a late write must be harmless.
public final class LeaderElector: Sendable {
    let lock: LeaseLock
    let timing: LeaderElectionTiming
    let environment: Environment
    let logger: Logger
    let election: Mutex<LeaderElection>

    /// - Parameters:
    ///   - identity: unique to each process, also to the next one on the same host.
    /// - Throws: ``KubernetesError`` `configuration` if `timing` is unsound or `identity` is empty.
    public convenience init(
        lock: LeaseLock,
        identity: String,
        timing: LeaderElectionTiming = LeaderElectionTiming(),
        logger: Logger
    ) throws {
        try self.init(lock: lock, identity: identity, timing: timing, environment: Environment(), logger: logger)
    }

    init(lock: LeaseLock, identity: String, timing: LeaderElectionTiming, environment: Environment, logger: Logger) throws {
        if let problem = timing.problem { throw KubernetesError(.configuration, "leader election: \(problem)") }
        guard !identity.isEmpty else { throw KubernetesError(.configuration, "leader election: the identity must not be empty") }
        self.lock = lock
        self.timing = timing
        self.environment = environment
        var logger = logger
        logger[metadataKey: "identity"] = "\(identity)"
        self.logger = logger
        election = Mutex(LeaderElection(identity: identity, timing: timing))
    }

    /// True while this process leads; cheap, to be checked before each write. Becomes false without a timer if the Lease was not renewed in
    /// time, also after a suspension of the process.
    public var isLeading: Bool { isLeading(at: environment.now()) }

    /// The time since some candidate, this one or another, was known to lead; nil before the first time.
    public var timeSinceLeaderSeen: Duration? {
        let now = environment.now()
        return election.withLock { $0.leaderSeen.map { max(.zero, now - $0) } }
    }

    func isLeading(at now: ContinuousClock.Instant) -> Bool { election.withLock { $0.isLeading(at: now) } }

    /// Runs `work` each time that this process acquires the Lease, and cancels it when the Lease is lost. Tries to acquire the Lease again
    /// only after `work` has ended.
    ///
    /// Returns when `work` returns while the Lease is held, when the task is cancelled, or when the process shuts down gracefully. In the
    /// first and the last case the Lease is released after `work` has ended, so that another candidate can take it at once.
    /// - Throws: the error of `work` while the Lease is held.
    public func run(whileLeading work: @escaping @Sendable () async throws -> Void) async throws {
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await cancelWhenGracefulShutdown { try await self.takePart(work) }) } catch {
            outcome = .failure(error)
        }
        guard !Task.isCancelled else { return }
        await release()
        do { try outcome.get() } catch is CancellationError { /* the shutdown's */  }
    }

    func takePart(_ work: @escaping @Sendable () async throws -> Void) async throws {
        repeat { try await acquire() } while try await !lead(work)
    }

    private func acquire() async throws {
        while true {
            try await attempt(within: timing.renewDeadline)
            if isLeading { return }
            election.withLock { $0.stepDown() }
            try await environment.sleep(timing.candidateWait(random: environment.random()))
        }
    }

    /// - Returns: true if the work ended, false if the term did.
    private func lead(_ work: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        logger.notice("became leader")
        defer { election.withLock { $0.stepDown() } }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await work()
                return true
            }
            group.addTask {
                try await self.keep()
                return false
            }
            let isDone = try await group.next() ?? true
            if !isDone { logger.error("the lease could not be renewed in time or was taken; stopping the work") }
            group.cancelAll()
            do { try await group.waitForAll() } catch { logger.debug("stopped", metadata: ["error": "\(error)"]) }
            return isDone
        }
    }

    /// Renews the Lease until it is lost.
    private func keep() async throws {
        while let left = timeLeft() {
            try await environment.sleep(min(timing.retryPeriod, left))
            if let left = timeLeft() { try await attempt(within: left) }
        }
    }

    /// Returns the time until the deadline; nil if this process does not lead.
    private func timeLeft() -> Duration? {
        let now = environment.now()
        return election.withLock { election in
            election.isLeading(at: now) ? election.leadingUntil.map { $0 - now } : nil
        }
    }
}
