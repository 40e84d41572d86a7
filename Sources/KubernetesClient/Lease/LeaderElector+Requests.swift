import FoundationEssentials
import Logging
import Synchronization

extension LeaderElector {
    /// Clocks and randomness of the elector; tests inject their own.
    struct Environment: Sendable {
        /// The monotonic clock. It must advance while the process is suspended, as `ContinuousClock` does on Linux with `CLOCK_BOOTTIME`.
        var now: @Sendable () -> ContinuousClock.Instant = { .now }
        /// The wall clock, for display only.
        var time: @Sendable () -> Date = { Date() }
        var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        /// Random numbers in 0..<1 for the jitter.
        var random: @Sendable () -> Double = { .random(in: 0..<1) }
    }

    /// Tries once to acquire or renew the Lease. Logs a failure; the caller tries again.
    /// - Throws: `CancellationError` only.
    func attempt(within timeout: Duration) async throws {
        do {
            let written = try await withTimeout(timeout, sleep: environment.sleep) { try await self.write() }
            guard let (lease, sentAt) = written else { return }
            let now = environment.now()
            election.withLock { $0.wrote(lease, sentAt: sentAt, now: now) }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            election.withLock { $0.failed() }
            // Losing the race for a free Lease is normal and not logged as a warning.
            let isLostRace = (error as? KubernetesError)?.code == 409
            logger.log(level: isLostRace ? .debug : .warning, "lease not written", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: the Lease as written, and a moment before it was sent; nil if another candidate holds it.
    private func write() async throws -> (lease: Lease, sentAt: ContinuousClock.Instant)? {
        let time = MicroTime(environment.time())
        let step: LeaderElection.Step
        if let renewal = election.withLock({ $0.renewal(time: time) }) {
            step = renewal
        } else {
            let current = try await lock.read()
            let now = environment.now()
            step = election.withLock { $0.decide(on: current, now: now, time: time) }
        }
        let sentAt = environment.now()
        switch step {
        case .create(let spec): return (try await lock.create(spec), sentAt)
        case .replace(let lease): return (try await lock.replace(lease), sentAt)
        case .wait: return nil
        }
    }

    /// Releases the Lease if this process holds it; if that fails, the Lease expires.
    func release() async {
        do {
            try await withTimeout(timing.retryPeriod, sleep: environment.sleep) {
                do { try await self.writeRelease() } catch let error as KubernetesError where error.isConflict {
                    // Conflict with a renewal that was under way when the work ended.
                    try await self.writeRelease()
                }
            }
        } catch {
            logger.notice("lease not released; it will expire", metadata: ["error": "\(error)"])
        }
    }

    private func writeRelease() async throws {
        guard let current = try await lock.read() else { return }
        let time = MicroTime(environment.time())
        guard let released = election.withLock({ $0.released(current, time: time) }) else { return }
        _ = try await lock.replace(released)
        logger.notice("lease released")
    }
}
