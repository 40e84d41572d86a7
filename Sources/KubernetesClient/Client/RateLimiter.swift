import CoreMetrics
import Synchronization

/// The token bucket shared by the requests of a client.
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

    /// Waits until the next request may be sent. A cancelled task returns its token.
    /// - Throws: ``KubernetesError`` `throttled`, at once, if the wait would exceed `limit`; `CancellationError`.
    func wait(atMost limit: Duration) async throws {
        try Task.checkCancellation()
        let (delay, rate) = bucket.withLock { ($0.take(now: now(), atMost: limit), $0.rate) }
        guard let delay else {
            throw KubernetesError(.throttled, "too many requests are waiting for the limit of \(rate) a second; nothing was sent")
        }
        Timer(label: "kubernetes_client_rate_limit_wait_seconds").recordNanoseconds(delay.nanoseconds)
        guard delay > .zero else { return }
        do { try await sleep(delay) } catch {
            bucket.withLock { $0.giveBack() }
            throw error
        }
    }
}
