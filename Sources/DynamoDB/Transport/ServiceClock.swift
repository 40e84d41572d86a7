import FoundationEssentials
import NIOHTTP1
import Synchronization

/// The local clock, corrected to the service's time: the service rejects signatures that are minutes off.
final class ServiceClock: Sendable {
    private let now: @Sendable () -> Date
    private let offset = Mutex<TimeInterval>(0)

    /// The tolerated clock skew in seconds, below the 5 minutes that the service allows.
    private static let tolerance: TimeInterval = 240
    private static let codes: Set = [
        "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
    ]

    init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    var date: Date { now().addingTimeInterval(offset.withLock { $0 }) }

    /// Sets the correction from a response that rejects a signature.
    /// - Parameter errorType: the error name of the service.
    /// - Returns: true if the clock was off, so that a new signature may be accepted.
    func correct(after errorType: String?, headers: HTTPHeaders) -> Bool {
        guard let errorType, Self.codes.contains(errorType) else { return false }
        guard let served = headers.first(name: "Date").flatMap(Date.init(httpDate:)) else { return false }
        guard abs(served.timeIntervalSince(date)) > Self.tolerance else { return false }
        offset.withLock { $0 = served.timeIntervalSince(now()) }
        return true
    }
}
