import FoundationEssentials

extension Date {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Parses a `Date` header, such as `Tue, 15 Nov 1994 08:12:31 GMT` (RFC 9110, section 5.6.7); nil for anything else.
    init?(httpDate text: String) {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = Self.months.firstIndex(of: String(words[2])) else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        do { try self.init("\(words[3])-\(number)-\(words[1])T\(words[4])Z", strategy: .iso8601) } catch { return nil }
    }
}
