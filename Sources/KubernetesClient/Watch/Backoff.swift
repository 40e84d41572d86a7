/// Exponential backoff with full jitter and the constants of client-go's reflector: 0.8 s, doubling to 30 s, reset after two minutes
/// without a failure.
struct Backoff: Sendable {
    static let initial: Duration = .milliseconds(800)
    static let maximum: Duration = .seconds(30)
    static let resetAfter: Duration = .seconds(120)

    private var failures = 0
    private var lastEnd: ContinuousClock.Instant?

    /// Returns the wait after one more failure.
    /// - Parameter random: in 0..<1.
    mutating func next(now: ContinuousClock.Instant, random: Double) -> Duration {
        if let lastEnd, now - lastEnd >= Self.resetAfter { failures = 0 }
        let ceiling = min(Self.initial * (1 << min(failures, 10)), Self.maximum)
        failures += 1
        let delay = ceiling * random
        lastEnd = now + delay
        return delay
    }
}
