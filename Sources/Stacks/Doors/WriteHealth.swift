/// Whether a store can be written, from the writes that were tried: a probe of its readiness need not write each time.
package struct WriteHealth: Sendable {
    /// Why the last write failed; nil when it succeeded, or none was tried.
    package private(set) var failure: StoreError?
    private var lastTried: ContinuousClock.Instant?
    private var lastSuccess: ContinuousClock.Instant?

    /// For so long the outcome of a write is believed.
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

    /// - Returns: whether a write is to be tried now: none was lately. Who asks while it is under way is told what was known before.
    package mutating func beginProbe(at now: ContinuousClock.Instant) -> Bool {
        if let lastTried, now - lastTried < Self.lifetime { return false }
        lastTried = now
        return true
    }

    /// Why no write has succeeded lately, though one was tried; one that failed among others that succeed is not enough for that.
    /// - Parameter lifetime: longer than the pauses between the writes that are tried anyway.
    package func lastingFailure(at now: ContinuousClock.Instant, lifetime: Duration = Self.lifetime) -> StoreError? {
        if let lastSuccess, now - lastSuccess < lifetime { return nil }
        return failure
    }
}
