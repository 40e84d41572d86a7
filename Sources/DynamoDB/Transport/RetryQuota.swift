import Synchronization

/// Bounds the retries of all operations of a client together, so that a service in trouble is not hit with a multiple of the load:
/// the token bucket of the SDKs' standard retry mode.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
struct RetryQuota: Sendable, Equatable {
    static let capacity = 500
    private(set) var tokens = capacity

    /// What one more attempt costs.
    static func cost(isTimeout: Bool) -> Int { isTimeout ? 10 : 5 }

    /// - Returns: false when too little is left; then nothing is taken.
    mutating func take(_ cost: Int) -> Bool {
        guard tokens >= cost else { return false }
        tokens -= cost
        return true
    }

    /// An operation has succeeded.
    /// - Parameter cost: what its last retry cost; nil when it needed none.
    mutating func giveBack(_ cost: Int?) {
        tokens = min(Self.capacity, tokens + (cost ?? 1))
    }
}

/// The quota that the operations of a client share.
final class SharedRetryQuota: Sendable {
    private let quota = Mutex(RetryQuota())

    func take(_ cost: Int) -> Bool { quota.withLock { $0.take(cost) } }
    func giveBack(_ cost: Int?) { quota.withLock { $0.giveBack(cost) } }
}
