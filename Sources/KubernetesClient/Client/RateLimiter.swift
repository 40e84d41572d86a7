import Synchronization

/// The bucket that the requests of a client share.
final class RateLimiter: Sendable {
    private let bucket: Mutex<TokenBucket>
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void

    init(
        rate: Double,
        burst: Int,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        bucket = Mutex(TokenBucket(rate: rate, burst: burst, now: now()))
        self.now = now
        self.sleep = sleep
    }

    /// Returns when the next request may go out. A task that is cancelled meanwhile gives its turn to others.
    /// - Throws: ``KubernetesError`` `throttled`, at once, when that would take longer than `limit`; `CancellationError`.
    func wait(atMost limit: Duration) async throws {
        try Task.checkCancellation()
        let (delay, rate) = bucket.withLock { ($0.take(now: now(), atMost: limit), $0.rate) }
        guard let delay else {
            throw KubernetesError(.throttled, "too many requests are waiting for the limit of \(rate) a second; nothing was sent")
        }
        guard delay > .zero else { return }
        do { try await sleep(delay) } catch {
            bucket.withLock { $0.giveBack() }
            throw error
        }
    }
}
