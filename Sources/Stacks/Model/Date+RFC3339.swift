package import FoundationEssentials

extension Date {
    /// The date in RFC 3339, in UTC, cut off to milliseconds. Computed from the microseconds, since the formatter could cut off one more
    /// millisecond from a binary fraction just below it.
    package var rfc3339: String {
        let milliseconds = (Double(microseconds) / 1000).rounded(.down)
        return Date(timeIntervalSince1970: (milliseconds + 0.5) / 1000).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
