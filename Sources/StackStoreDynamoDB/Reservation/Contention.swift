import Stacks

/// Makes attempts at a write that others may cross, with pauses of exponentially growing length and full jitter between them, until
/// the time for them is over.
///
/// Transactions that meet on an item cancel each other, and DynamoDB leaves it to the caller to come again.
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
struct Contention: Sendable {
    /// No attempt begins later than this after the first, but for those that are made in any case.
    var timeout: Duration = .seconds(10)
    /// So many are made in any case: a database that takes seconds for each has not been tried often after ten of them.
    var leastAttempts = 9
    var base: Duration = .milliseconds(20)
    var longest: Duration = .seconds(1)
    var now: @Sendable () -> ContinuousClock.Instant = { .now }
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// In 0..<1, for the jitter.
    var random: @Sendable () -> Double = { .random(in: 0..<1) }

    /// How an attempt ended.
    enum Outcome<Value: Sendable>: Sendable {
        case done(Value)
        /// Worth another attempt; the error is thrown when there is no time for one.
        case again(orElse: any Error)
    }

    /// - Parameters:
    ///   - failures: how many attempts have failed, from 1.
    ///   - random: in 0..<1.
    func delay(afterFailures failures: Int, random: Double) -> Duration {
        min(base * (1 << min(failures - 1, 16)), longest) * random
    }

    /// - Parameter attempt: told how many attempts have failed before it. What it throws ends the matter.
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

/// A write that met others as long as it was tried. It says nothing about the writes of other stacks.
struct Contended: Error, Equatable {
    /// The write.
    var what: String
}
