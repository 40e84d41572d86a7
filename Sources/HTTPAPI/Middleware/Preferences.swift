import HTTPTypes

/// The preferences that a request states in `Prefer`. Unknown and malformed preferences are ignored, as the standard asks.
/// https://www.rfc-editor.org/rfc/rfc7240
struct Preferences: Equatable {
    /// True if the caller prefers a response before the work is done.
    var respondsAsync = false
    /// The time for which the caller is willing to wait, at most ``longestWait``; nil if the request states none.
    var wait: Duration?

    /// The maximum of ``wait``; a longer time counts as this one.
    static let longestWait: Duration = .seconds(3600)

    /// Reads every `Prefer` field. Of a preference that stands twice, the first one counts.
    init(_ headers: HTTPFields) {
        for field in headers where field.name.canonicalName == "prefer" {
            for preference in Self.split(field.value, at: ",") { read(preference) }
        }
    }

    private mutating func read(_ preference: Substring) {
        // What follows a semicolon is a parameter, and neither preference has any.
        let parts = (Self.split(preference, at: ";").first ?? "").split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = (parts.first ?? "").trimmed.lowercased()
        let value = parts.dropFirst().first.map { Self.unquoted($0.trimmed) }
        switch name {
        case "respond-async" where value?.isEmpty ?? true: respondsAsync = true
        case "wait" where wait == nil: wait = value.flatMap(Self.seconds)
        default: break
        }
    }

    /// Splits a list at its separators outside of quotes.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
        var isQuoted = false
        var isEscaped = false
        return Substring(text).split { character in
            defer { isEscaped = isQuoted && character == "\\" && !isEscaped }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            return character == separator && !isQuoted
        }
    }

    /// Returns the value between quotes. Escapes stay, since neither preference has a value with any.
    private static func unquoted(_ text: Substring) -> Substring {
        text.count >= 2 && text.first == "\"" && text.last == "\"" ? text.dropFirst().dropLast() : text
    }

    private static func seconds(_ text: Substring) -> Duration? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return min(Int64(text).map { .seconds($0) } ?? longestWait, longestWait)
    }
}
