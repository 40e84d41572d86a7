/// How fresh the objects of an ``ObjectStore`` are.
public struct WatchHealth: Sendable, Equatable {
    /// How long ago the API server last said something about them; nil before the first list.
    public var age: Duration?
    /// The failure since then, for an operator; nil when there was none.
    public var lastFailure: String?
}

/// Decides when an operator has to be told that a watch has gone silent: once for each outage, and once when it is over.
struct OutageNotice {
    /// How long a watch may be without a word.
    let limit: Duration
    /// The last word, or the start.
    private var since: ContinuousClock.Instant
    private var isTold = false

    init(limit: Duration, now: ContinuousClock.Instant) {
        self.limit = limit
        since = now
    }

    /// - Returns: for how long there has been no word; nil when that need not be told, or was told already.
    mutating func failed(now: ContinuousClock.Instant) -> Duration? {
        guard !isTold, now - since > limit else { return nil }
        isTold = true
        return now - since
    }

    /// - Returns: whether this ends an outage that was told.
    mutating func heard(now: ContinuousClock.Instant) -> Bool {
        defer { (since, isTold) = (now, false) }
        return isTold
    }
}
