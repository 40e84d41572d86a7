/// Text of the server as it may stand on a terminal: what could move the cursor, change colours or reorder the line is escaped.
enum Shown {
    /// One line: white space and line ends become a space.
    static func line(_ text: String) -> String {
        escaped(text.split(whereSeparator: { $0.isNewline || $0 == "\t" || $0 == " " }).joined(separator: " ")) { _ in false }
    }

    /// Lines, with their tabs.
    static func lines(_ text: String) -> String {
        escaped(text) { $0 == "\n" || $0 == "\t" }
    }

    /// JSON whose strings show no control characters. Its value stays the same, since such characters stand in strings only.
    static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // White space between tokens, where an escape would not be JSON. It would overwrite the line.
            guard scalar != "\r" else { continue }
            if isControl(scalar), !"\n\t".unicodeScalars.contains(scalar) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    shown.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
                }
            } else {
                shown.append(scalar)
            }
        }
        return String(shown)
    }

    private static func escaped(_ text: String, except isKept: (UnicodeScalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar), !isKept(scalar) {
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    static func isControl(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
