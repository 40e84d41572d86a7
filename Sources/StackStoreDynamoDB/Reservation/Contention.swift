import Stacks

/// Retries of a write after conflicts, with exponential backoff and full jitter, up to a timeout.
///
/// Concurrent transactions on an item cancel each other, and DynamoDB leaves the retry to the caller.
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
struct Contention: Sendable {
    /// The time after which no attempt starts, unless fewer than `leastAttempts` were made.
    var timeout: Duration = .seconds(10)
    /// The minimum number of attempts: a slow database may allow only a few in ten seconds.
    var leastAttempts = 9
    var base: Duration = .milliseconds(20)
    var longest: Duration = .seconds(1)
    var now: @Sendable () -> ContinuousClock.Instant = { .now }
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// Random numbers in 0..<1 for the jitter.
    var random: @Sendable () -> Double = { .random(in: 0..<1) }

    /// The outcome of an attempt.
    enum Outcome<Value: Sendable>: Sendable {
        case done(Value)
        /// A conflict, worth a retry. The error is thrown if no time is left.
        case again(orElse: any Error)
    }

    /// Returns the backoff with full jitter.
    /// - Parameters:
    ///   - failures: the number of failed attempts, from 1.
    ///   - random: in 0..<1.
    func delay(afterFailures failures: Int, random: Double) -> Duration {
        min(base * (1 << min(failures - 1, 16)), longest) * random
    }

    /// Runs `attempt` until it succeeds or throws.
    /// - Parameter attempt: called with the number of failed attempts. An error that it throws ends the retries.
    func run<Value: Sendable>(_ attempt: (Int) async throws -> Outcome<Value>) async throws -> Value {
        let end = now() + timeout
        var failures = 0
        while true {
            switch try await attempt(failures) {
            case .done(let value): return value
            case .again(let error):
                failures += 1
                let delay = delay(afterFailures: failures, random: random())
                guard failures < leastAttempts || now() + delay < end else { throw error }
                try await pause(delay)
            }
        }
    }
}

/// A write that met conflicts in every attempt. Writes of other stacks may still succeed.
struct Contended: Error, Equatable {
    /// A description of the write.
    var what: String
}
