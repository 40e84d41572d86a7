/// Validation of tokens for the `Authorization` header.
enum BearerToken {
    /// The defect if ``trimmed(_:)`` returns nil; never the token itself.
    static let problem = "is empty or holds characters that no bearer token has"

    /// Returns the token without surrounding white space, which editors and `echo` add.
    /// - Returns: nil if the text cannot be a token.
    static func trimmed(_ text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let token = words.first, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return String(token)
    }
}
