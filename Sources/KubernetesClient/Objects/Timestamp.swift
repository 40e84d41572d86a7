import FoundationEssentials

/// RFC 3339 with any number of fraction digits, as the API server and plugins write it.
enum Timestamp {
    /// Since 1970, rounded to the nearest.
    /// - Returns: nil when the text is no time.
    static func microseconds(_ text: String) -> Int64? {
        guard let point = text.firstIndex(of: ".") else { return seconds(text).map { $0 * 1_000_000 } }
        let rest = text[text.index(after: point)...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 9, let fraction = Double("0." + digits) else { return nil }
        // A Date cannot hold both exactly.
        return seconds(text[..<point] + rest.dropFirst(digits.count)).map { $0 * 1_000_000 + Int64((fraction * 1_000_000).rounded()) }
    }

    /// - Returns: nil when the text is no time.
    static func date(_ text: String) -> Date? {
        microseconds(text).map { Date(timeIntervalSince1970: TimeInterval($0) / 1_000_000) }
    }

    private static func seconds(_ text: some StringProtocol) -> Int64? {
        do { return Int64(try Date(String(text), strategy: .iso8601).timeIntervalSince1970) } catch { return nil }
    }
}
