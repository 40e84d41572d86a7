import NIOHTTP1

/// When a failed request is sent again.
enum Retry {
    /// The longest `Retry-After`, in seconds, that is waited for here; whether to wait longer is the caller's to decide.
    private static let patience = 5

    /// - Parameters:
    ///   - attempt: how often it was sent, from 1.
    ///   - random: in 0..<1, for the jitter.
    /// - Returns: how long to wait before; nil when it must not be sent again.
    static func delay(after error: KubernetesError, method: HTTPMethod, attempt: Int, random: Double) -> Duration? {
        guard maySucceed(after: error, isRepeatable: method == .GET || method == .DELETE) else { return nil }
        let backOff = Duration.milliseconds(100 << attempt) * (0.5 + random / 2)
        guard let seconds = error.retryAfterSeconds else { return backOff }
        return seconds <= patience ? max(.seconds(seconds), backOff) : nil
    }

    /// A verb that cannot be repeated is sent again only after an answer that says that nothing was done.
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
