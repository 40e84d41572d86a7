/// Which unquoted scalars YAML takes for something else than a string: by version 1.2's core schema, and by 1.1, which Kubernetes'
/// own parser follows. What either would not leave alone has to be quoted.
enum YAMLTypes {
    private static let words: Set<String> = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf", "=", "<<",
    ]

    static func isTyped(_ text: String) -> Bool {
        words.contains(text.lowercased()) || isNumberLike(text)
    }

    /// Digits, perhaps with a sign, without a leading zero.
    static func isDecimalInteger(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
        return digits == "0" || !digits.hasPrefix("0")
    }

    /// Integers in any base, floats, sexagesimals and dates: they begin like a number and hold nothing but what numbers are made of.
    private static func isNumberLike(_ text: String) -> Bool {
        guard let first = text.utf8.first(where: { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: ".") }),
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return false }
        return isDecimalInteger(text) || isFloat(text) || isOtherBase(text) || isSexagesimalOrDate(text)
    }

    private static func isFloat(_ text: String) -> Bool {
        let plain = text.replacing("_", with: "")
        return Double(plain) != nil && !plain.contains { $0 == "x" || $0 == "X" || $0 == "p" || $0 == "P" }
    }

    /// `0x1F`, `0o17`, and `017`, which is 15 in YAML 1.1 and 17 in YAML 1.2.
    static func isOtherBase(_ text: String) -> Bool {
        var digits = text[...]
        if let sign = digits.utf8.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard digits.utf8.first == UInt8(ascii: "0") else { return false }
        digits = digits.lowercased().replacing("_", with: "")[...]
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)] where digits.hasPrefix(prefix) && digits.count > prefix.count {
            if digits.dropFirst(prefix.count).allSatisfy({ $0.hexDigitValue.map { $0 < radix } ?? false }) { return true }
        }
        return false
    }

    private static func isSexagesimalOrDate(_ text: String) -> Bool {
        let isSexagesimal = text.contains(":") && text.utf8.allSatisfy { "0123456789:._-+".utf8.contains($0) }
        let isDate =
            text.utf8.count >= 8 && text.utf8.count { $0 == UInt8(ascii: "-") } >= 2
            && text.utf8.prefix(4).allSatisfy { (48...57).contains($0) }
            && text.utf8.allSatisfy { "0123456789-:.TtZz +".utf8.contains($0) }
        return isSexagesimal || isDate
    }
}
