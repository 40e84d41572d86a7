import FoundationEssentials

/// RFC 3339 with any number of fraction digits, as the API server and plugins write it.
enum Timestamp {
    /// - Returns: nil when the text is no time.
    static func date(_ text: String) -> Date? {
        guard let point = text.firstIndex(of: ".") else { return whole(text) }
        let rest = text[text.index(after: point)...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 9, let fraction = Double("0." + digits) else { return nil }
        return whole(text[..<point] + rest.dropFirst(digits.count)).map { $0.addingTimeInterval(fraction) }
    }

    private static func whole(_ text: some StringProtocol) -> Date? {
        do { return try Date(String(text), strategy: .iso8601) } catch { return nil }
    }
}
