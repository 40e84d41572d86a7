/// Text for an HTML page.
enum HTML {
    /// Returns the text with everything escaped that HTML would read as markup, in an element or in a quoted attribute.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    static func code(_ text: String) -> String { "<code>\(escaped(text))</code>" }

    /// Returns an anchor that is unique and has no characters with a meaning in URLs.
    static func anchor(_ kind: String, _ name: String) -> String { escaped("\(kind)-\(name)") }

    static func link(_ kind: String, _ name: String) -> String { "<a href=\"#\(anchor(kind, name))\">\(escaped(name))</a>" }

    /// A list of terms, each with its definition. The markup of both is taken as it is.
    static func list(_ items: [(term: String, definition: String)]) -> String {
        "<dl>" + items.map { "<div><dt>\($0.term)</dt><dd>\($0.definition)</dd></div>" }.joined() + "</dl>"
    }
}
