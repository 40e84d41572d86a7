/// What may stand in an `Authorization` header.
enum BearerToken {
    /// What is wrong when ``trimmed(_:)`` returns nil; never the token itself.
    static let problem = "is empty or holds characters that no bearer token has"

    /// The token without the spaces and line ends around it, which editors and `echo` leave behind.
    /// - Returns: nil when it cannot be a token.
    static func trimmed(_ text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let token = words.first, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return String(token)
    }
}
