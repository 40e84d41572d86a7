/// A token bucket: `rate` requests a second on average, up to `burst` at once.
struct TokenBucket: Sendable {
    let rate: Double
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

    /// Takes one token, on credit if the bucket is empty; the credit is at most what `limit` seconds add.
    /// - Returns: the wait before the token is valid; nil, with no token taken, if it would exceed `limit`.
    mutating func take(now: ContinuousClock.Instant, atMost limit: Duration) -> Duration? {
        let elapsed = max(0, (now - updated) / .seconds(1))
        tokens = min(burst, tokens + elapsed * rate)
        updated = max(updated, now)
        let delay: Duration = tokens >= 1 ? .zero : .seconds((1 - tokens) / rate)
        guard delay <= limit else { return nil }
        tokens -= 1
        return delay
    }

    /// Returns an unused token.
    mutating func giveBack() {
        tokens = min(burst, tokens + 1)
    }
}
