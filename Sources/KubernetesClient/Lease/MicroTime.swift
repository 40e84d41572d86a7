public import FoundationEssentials

/// A time in microseconds, written with exactly six fraction digits: `2006-01-02T15:04:05.000000Z`.
/// https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime
public struct MicroTime: Codable, Sendable, Hashable, Comparable {
    /// Microseconds since 1970, in UTC.
    public var microseconds: Int64

    /// Rounds to the nearest microsecond; clamps to the range of RFC 3339.
    public init(_ date: Date) {
        let range = Timestamp.range
        let nearest = (date.timeIntervalSince1970 * 1_000_000).rounded()
        microseconds =
            Int64(exactly: nearest).map { min(max($0, range.lowerBound), range.upperBound) }
            ?? (nearest > 0 ? range.upperBound : range.lowerBound)
    }

    /// Parses an RFC 3339 time.
    /// - Throws: `DecodingError` if the text is not an RFC 3339 time.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let microseconds = Timestamp.microseconds(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
        }
        self.microseconds = microseconds
    }

    /// Encodes the RFC 3339 text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Compares by time.
    public static func < (left: MicroTime, right: MicroTime) -> Bool { left.microseconds < right.microseconds }

    /// The text in the format that the API server requires.
    var text: String {
        let microseconds = min(max(microseconds, Timestamp.range.lowerBound), Timestamp.range.upperBound)
        let fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000
        let seconds = Date(timeIntervalSince1970: TimeInterval((microseconds - fraction) / 1_000_000))
        let digits = String(fraction)
        return seconds.formatted(.iso8601).dropLast() + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
    }

    /// Returns a time with another text than this one: `time` if it is later, else the next microsecond; `time` as well if there is none.
    func followed(by time: MicroTime) -> MicroTime {
        guard time <= self, microseconds < Timestamp.range.upperBound else { return time }
        var next = self
        next.microseconds += 1
        return next
    }
}
