/// The outcome of recent writes, from which readiness is derived without a test write for each probe.
package struct WriteHealth: Sendable {
    /// The error of the last write; nil if it succeeded or there was none.
    package private(set) var failure: StoreError?
    private var lastTried: ContinuousClock.Instant?
    private var lastSuccess: ContinuousClock.Instant?

    /// The time for which the outcome of a write is valid.
    package static let lifetime: Duration = .seconds(10)

    package init() {}

    package mutating func succeeded(at now: ContinuousClock.Instant) {
        lastTried = now
        lastSuccess = now
        failure = nil
    }

    package mutating func failed(_ error: StoreError, at now: ContinuousClock.Instant) {
        lastTried = now
        failure = error
    }

    /// Returns true if a test write is due: no write was tried within ``lifetime``. Concurrent callers get false and use the last outcome.
    package mutating func beginProbe(at now: ContinuousClock.Instant) -> Bool {
        if let lastTried, now - lastTried < Self.lifetime { return false }
        lastTried = now
        return true
    }

    /// Returns the error of the last write if no write has succeeded within `lifetime`; single failures among successes do not count.
    /// - Parameter lifetime: longer than the interval of regular writes.
    package func lastingFailure(at now: ContinuousClock.Instant, lifetime: Duration = Self.lifetime) -> StoreError? {
        if let lastSuccess, now - lastSuccess < lifetime { return nil }
        return failure
    }
}
