import Stacks

/// Decides whether and when a request is repeated. Every request of the client repeats safely.
struct RetryPlan {
    struct Retry: Equatable {
        var wait: Duration
        var note: String
    }

    /// Half a minute in all: a service that is replaced is back by then.
    static let delays: [Duration] = [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(15)]
    static let maximumObeyed = 3
    /// A longer `Retry-After` is the caller's decision.
    static let longestRetryAfter = 30

    private var lost = 0
    private var obeyed = 0

    /// - Returns: nil if the failure is final.
    mutating func next(after failure: ClientFailure) -> Retry? {
        switch failure {
        case .unreachable(let reason, mayPass: true):
            guard lost < Self.delays.count else { return nil }
            lost += 1
            let wait = Self.delays[lost - 1]
            return Retry(wait: wait, note: "\(reason); trying again in \(wait.goNotation)")
        case .refused(let refusal):
            guard let seconds = refusal.retryAfterSeconds, (0...Self.longestRetryAfter).contains(seconds), obeyed < Self.maximumObeyed
            else { return nil }
            obeyed += 1
            // Zero would be a busy loop.
            let wait = Duration.seconds(max(seconds, 1))
            let count = "\(obeyed) of \(Self.maximumObeyed)"
            return Retry(wait: wait, note: "\(refusal.body.error); trying again in \(wait.goNotation) (\(count))")
        default:
            return nil
        }
    }
}
