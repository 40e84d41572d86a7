import FoundationEssentials

/// The decision on a request to renew a stack, without input or output.
enum Renewal: Equatable {
    case extended(to: Date)
    /// The requested end is not later than the present one.
    case unchanged
    /// Renewals are accepted from this time on.
    case tooEarly(until: Date)
    /// The stack already lives as long as it may, or has failed.
    case exhausted

    /// The limits of renewals.
    struct Limits: Equatable {
        /// The maximum life of a stack from its creation.
        var lifetime: Duration
        /// The time before its end from which a stack can be renewed; zero for any time.
        var window: Duration
        /// The life after which the kubelet may end the Pod, counted from the stack's creation; nil if the Pod has not been seen. It is shorter
        /// than `lifetime` for a Pod that was created with other settings.
        var podLifetime: Duration?
    }

    /// - Parameter timeToLive: the requested life from `now`.
    init(of record: StackRecord, for timeToLive: Duration, at now: Date, within limits: Limits) {
        let lifetime = min(limits.lifetime, limits.podLifetime ?? limits.lifetime)
        let latest = min(record.createdAt.advanced(by: lifetime), Date(microseconds: StackRecord.times.upperBound))
        let end = min(now.advanced(by: timeToLive), latest)
        let opening = record.expiresAt.advanced(by: .zero - limits.window)
        if !record.isLive || record.expiresAt >= latest {
            self = .exhausted
        } else if limits.window > .zero, now < opening {
            self = .tooEarly(until: opening)
        } else {
            self = end > record.expiresAt ? .extended(to: end) : .unchanged
        }
    }
}

extension Date {
    /// Returns the date after a duration, exact to the microsecond and clamped to 64 bits.
    func advanced(by duration: Duration) -> Date {
        let (seconds, attoseconds) = duration.components
        let sum = Int128(microseconds) + Int128(seconds) * 1_000_000 + Int128(attoseconds / 1_000_000_000_000)
        return Date(microseconds: Int64(clamping: sum))
    }
}
