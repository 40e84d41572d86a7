/// Exponential back-off with full jitter, as client-go's reflector has it: 0.8 s doubling to 30 s, forgotten after two minutes of
/// health.
struct Backoff: Sendable {
    static let initial: Duration = .milliseconds(800)
    static let maximum: Duration = .seconds(30)
    static let resetAfter: Duration = .seconds(120)

    private var failures = 0

    /// How long to wait after one more failure.
    /// - Parameters:
    ///   - healthy: how long all went well before it.
    ///   - random: in 0..<1.
    mutating func next(afterHealthy healthy: Duration, random: Double) -> Duration {
        if healthy >= Self.resetAfter { failures = 0 }
        let ceiling = min(Self.initial * (1 << min(failures, 10)), Self.maximum)
        failures += 1
        return ceiling * random
    }

    mutating func reset() { failures = 0 }
}
