import FoundationEssentials
import NIOHTTP1
import Synchronization

/// The time as the service has it: signatures made by a clock that is minutes off are refused.
final class ServiceClock: Sendable {
    private let now: @Sendable () -> Date
    private let offset = Mutex<TimeInterval>(0)

    /// The service allows for 5 minutes.
    private static let tolerance: TimeInterval = 240
    private static let codes: Set = [
        "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
    ]

    init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    var date: Date { now().addingTimeInterval(offset.withLock { $0 }) }

    /// Learns the service's time from an answer that refuses a signature.
    /// - Parameter errorType: the service's name for the error.
    /// - Returns: whether this clock was off, so that another signature may be good.
    func correct(after errorType: String?, headers: HTTPHeaders) -> Bool {
        guard let errorType, Self.codes.contains(errorType) else { return false }
        guard let served = headers.first(name: "Date").flatMap(Date.init(httpDate:)) else { return false }
        guard abs(served.timeIntervalSince(date)) > Self.tolerance else { return false }
        offset.withLock { $0 = served.timeIntervalSince(now()) }
        return true
    }
}
