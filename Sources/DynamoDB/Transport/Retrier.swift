import Logging

/// The standard retry mode of the AWS SDKs.
struct Retrier: Sendable {
    var maximumAttempts: Int
    /// The timeout of all attempts and the pauses between them.
    var timeout: Duration
    var quota = SharedRetryQuota()
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// Random numbers in 0..<1 for the jitter.
    var random: @Sendable () -> Double = { .random(in: 0..<1) }
    var logger: Logger

    struct Failure: Error {
        var error: DynamoDBError
        var isRetryable: Bool
    }

    private static let base: Duration = .milliseconds(50)
    private static let throttledBase: Duration = .seconds(1)
    private static let longest: Duration = .seconds(20)

    /// Returns the backoff with full jitter of the standard mode, see "Retry behavior" of the AWS SDKs and Tools Reference Guide: random(0,
    /// 1) · base · 2^i, at most 20 s, where the base is 1 s after throttling and 50 ms after other errors.
    /// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    /// - Parameters:
    ///   - failures: the number of failed attempts, from 1.
    ///   - isThrottled: true after throttling.
    ///   - random: in 0..<1.
    static func delay(afterFailures failures: Int, isThrottled: Bool = false, random: Double) -> Duration {
        min((isThrottled ? throttledBase : base) * (1 << min(failures - 1, 16)), longest) * random
    }

    /// Runs attempts until one succeeds or no retry is left.
    /// - Parameters:
    ///   - name: the operation, for the log.
    ///   - attempt: makes one attempt within the given time. ``Failure`` leads to a retry; any other error is final.
    /// - Throws: ``DynamoDBError`` of the last attempt; `CancellationError`.
    func run<Result: Sendable>(_ name: String, _ attempt: (Duration) async throws -> Result) async throws -> Result {
        let end = ContinuousClock.now + timeout
        var failures = 0
        var lastCost: Int?
        var mayHaveTakenEffect = false
        while true {
            do {
                let result = try await attempt(end - .now)
                quota.giveBack(lastCost)
                return result
            } catch {
                guard var failure = Self.failure(error) else { throw error }
                failures += 1
                mayHaveTakenEffect = mayHaveTakenEffect || failure.error.mayHaveTakenEffect
                failure.error.mayHaveTakenEffect = mayHaveTakenEffect
                let cost = RetryQuota.cost(isTimeout: failure.error.isTimeout)
                let delay = Self.delay(afterFailures: failures, isThrottled: failure.error.code == .throttled, random: random())
                let hasTime = ContinuousClock.now + delay < end
                guard failure.isRetryable, failures < maximumAttempts, hasTime, quota.take(cost) else { throw failure.error }
                lastCost = cost
                log(name, failure.error, failures, delay)
                try await pause(delay)
            }
        }
    }

    private static func failure(_ error: any Error) -> Failure? {
        if let error = error as? DynamoDBError { return Failure(error: error, isRetryable: false) }
        return error as? Failure
    }

    private func log(_ name: String, _ error: DynamoDBError, _ failures: Int, _ delay: Duration) {
        logger.debug(
            "AWS request is tried again",
            metadata: ["operation": "\(name)", "failures": "\(failures)", "delay": "\(delay)", "error": "\(error)"]
        )
    }
}
