import Synchronization

/// A client-side limit on requests: `rate` a second on average, up to `burst` at once.
struct TokenBucket: Sendable {
    private let rate: Double
    private let burst: Double
    private var tokens: Double
    private var updated: ContinuousClock.Instant

    init(rate: Double, burst: Int, now: ContinuousClock.Instant) {
        precondition(rate > 0 && burst > 0, "a limit of \(rate) requests a second and \(burst) at once lets none through")
        self.rate = rate
        self.burst = Double(burst)
        tokens = Double(burst)
        updated = now
    }

    /// Takes one token, on credit if need be.
    /// - Returns: how long to wait before using it.
    mutating func take(now: ContinuousClock.Instant) -> Duration {
        let elapsed = max(0, (now - updated) / .seconds(1))
        tokens = min(burst, tokens + elapsed * rate)
        updated = max(updated, now)
        tokens -= 1
        return tokens >= 0 ? .zero : .seconds(-tokens / rate)
    }
}

/// The bucket that the requests of a client share.
final class RateLimiter: Sendable {
    private let bucket: Mutex<TokenBucket>

    init(rate: Double, burst: Int) {
        bucket = Mutex(TokenBucket(rate: rate, burst: burst, now: .now))
    }

    /// Returns when the next request may go out.
    func wait() async throws {
        let delay = bucket.withLock { $0.take(now: .now) }
        if delay > .zero { try await Task.sleep(for: delay) }
    }
}
