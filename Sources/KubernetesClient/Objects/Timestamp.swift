import FoundationEssentials

/// Parsing of RFC 3339 times with any number of fraction digits, as the API server and plugins write them.
enum Timestamp {
    /// The range of four-digit years, in microseconds since 1970.
    static let range: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    /// Returns microseconds since 1970, rounded to the nearest.
    /// - Returns: nil if the text is not a time.
    static func microseconds(_ text: String) -> Int64? {
        guard let point = text.firstIndex(of: ".") else { return seconds(text).map { $0 * 1_000_000 } }
        let rest = text[text.index(after: point)...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 9, let fraction = Double("0." + digits) else { return nil }
        // Seconds and fraction are parsed apart, because a Date cannot hold both exactly.
        return seconds(text[..<point] + rest.dropFirst(digits.count)).map {
            min($0 * 1_000_000 + Int64((fraction * 1_000_000).rounded()), range.upperBound)
        }
    }

    /// - Returns: nil if the text is not a time.
    static func date(_ text: String) -> Date? {
        microseconds(text).map { Date(timeIntervalSince1970: TimeInterval($0) / 1_000_000) }
    }

    private static func seconds(_ text: some StringProtocol) -> Int64? {
        do {
            let seconds = Int64(exactly: try Date(String(text), strategy: .iso8601).timeIntervalSince1970.rounded())
            return seconds.flatMap { (range.lowerBound / 1_000_000...range.upperBound / 1_000_000).contains($0) ? $0 : nil }
        } catch {
            return nil
        }
    }
}
