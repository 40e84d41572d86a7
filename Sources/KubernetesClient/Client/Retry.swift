import NIOHTTP1

/// When a failed request is sent again.
enum Retry {
    /// - Parameters:
    ///   - attempt: how often it was sent, from 1.
    ///   - random: in 0..<1, for the jitter.
    /// - Returns: how long to wait before; nil when it must not be sent again.
    static func delay(after error: KubernetesError, method: HTTPMethod, attempt: Int, random: Double) -> Duration? {
        let backOff = Duration.milliseconds(100 << attempt) * (0.5 + random / 2)
        switch (error.kind, error.code) {
        case (.status, 429?), (.status, 503?):
            // The server did nothing: every verb may be repeated. A long Retry-After is the caller's to decide on.
            guard let seconds = error.retryAfterSeconds else { return backOff }
            return seconds <= 5 ? max(.seconds(seconds), backOff) : nil
        case (.transport, _), (.timedOut, _):
            return method == .GET || method == .DELETE ? backOff : nil
        default:
            return nil
        }
    }
}
