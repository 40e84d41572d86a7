import NIOHTTP1

/// The rules for retries.
enum Retry {
    /// The longest `Retry-After`, in seconds, for which the client waits; longer waits are left to the caller.
    private static let patience = 5

    /// Returns the wait before a retry.
    /// - Parameters:
    ///   - attempt: the number of attempts so far, from 1.
    ///   - random: in 0..<1, for the jitter.
    /// - Returns: nil if the request must not be retried.
    static func delay(after error: KubernetesError, method: HTTPMethod, attempt: Int, random: Double) -> Duration? {
        guard maySucceed(after: error, isRepeatable: method == .GET || method == .DELETE) else { return nil }
        let backOff = Duration.milliseconds(100 << attempt) * (0.5 + random / 2)
        guard let seconds = error.retryAfterSeconds else { return backOff }
        return seconds <= patience ? max(.seconds(seconds), backOff) : nil
    }

    /// Returns true if a retry may succeed. A verb that is not idempotent is retried only after a response that proves that the request had
    /// no effect.
    private static func maySucceed(after error: KubernetesError, isRepeatable: Bool) -> Bool {
        switch (error.kind, error.code) {
        case (.status, 429?): true
        case (.status, 503?): isRepeatable || error.retryAfterSeconds != nil
        case (.status, 500?): isRepeatable && error.retryAfterSeconds != nil
        case (.status, 502?), (.status, 504?), (.transport, _), (.timedOut, _): isRepeatable
        default: false
        }
    }
}
