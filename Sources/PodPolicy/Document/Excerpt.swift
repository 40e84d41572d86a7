/// Excerpts of a caller's text for messages: short, and without characters that change how a terminal or a log shows the rest.
enum Excerpt {
    /// - Parameter limit: the maximum number of Unicode scalars, since one character can be arbitrarily long.
    static func of(_ text: String, atMost limit: Int = 60) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            if isShowable(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return text.unicodeScalars.dropFirst(limit).isEmpty ? result : result + "…"
    }

    /// Returns false for control characters and for those that reorder or hide others.
    static func isShowable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }
}
