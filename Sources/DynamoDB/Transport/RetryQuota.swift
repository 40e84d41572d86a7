import Synchronization

/// The token bucket of the SDKs' standard retry mode. It limits the retries of all operations of a client together, so that they do not
/// multiply the load on a failing service.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
struct RetryQuota: Sendable, Equatable {
    static let capacity = 500
    private(set) var tokens = capacity

    static func cost(isTimeout: Bool) -> Int { isTimeout ? 10 : 5 }

    /// - Returns: false, with nothing taken, if the quota is too small.
    mutating func take(_ cost: Int) -> Bool {
        guard tokens >= cost else { return false }
        tokens -= cost
        return true
    }

    /// Returns tokens after a successful operation.
    /// - Parameter cost: the cost of its last retry; nil if it needed none.
    mutating func giveBack(_ cost: Int?) {
        tokens = min(Self.capacity, tokens + (cost ?? 1))
    }
}

/// The thread-safe quota of a client.
final class SharedRetryQuota: Sendable {
    private let quota = Mutex(RetryQuota())

    func take(_ cost: Int) -> Bool { quota.withLock { $0.take(cost) } }
    func giveBack(_ cost: Int?) { quota.withLock { $0.giveBack(cost) } }
}
