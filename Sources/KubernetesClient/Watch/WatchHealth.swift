/// The freshness of the objects of an ``ObjectStore``.
public struct WatchHealth: Sendable, Equatable {
    /// The time since the API server last reported anything; nil before the first list.
    public var age: Duration?
    /// The failure since then, for an operator; nil if there was none.
    public var lastFailure: String?
}

/// Decides on log messages about a silent watch: one for each outage, and one when it ends.
struct OutageNotice {
    /// The silence after which a watch counts as an outage.
    let limit: Duration
    /// The time of the last report, or of the start.
    private var since: ContinuousClock.Instant
    private var isTold = false

    init(limit: Duration, now: ContinuousClock.Instant) {
        self.limit = limit
        since = now
    }

    /// - Returns: the length of the silence; nil if no message is due.
    mutating func failed(now: ContinuousClock.Instant) -> Duration? {
        guard !isTold, now - since > limit else { return nil }
        isTold = true
        return now - since
    }

    /// - Returns: true if a logged outage ends.
    mutating func heard(now: ContinuousClock.Instant) -> Bool {
        defer { (since, isTold) = (now, false) }
        return isTold
    }
}
