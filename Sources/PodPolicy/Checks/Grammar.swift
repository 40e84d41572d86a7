/// The grammars of Kubernetes for names, labels and headers, as predicates.
package enum Grammar {
    /// Accepts an RFC 1123 label: lower-case letters, digits and hyphens, with a letter or digit at both ends.
    package static func isDNSLabel(_ text: String) -> Bool {
        isBounded(text, 1...63) && text.utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
            && hasAlphanumericEnds(text)
    }

    /// Accepts labels separated by dots.
    package static func isDNSSubdomain(_ text: String) -> Bool {
        isBounded(text, 1...253) && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isDNSLabel(String($0)) }
    }

    /// Accepts an IANA service name: at most 15 lower-case letters, digits and single hyphens, with at least one letter.
    static func isPortName(_ text: String) -> Bool {
        isDNSLabel(text) && text.utf8.count <= 15 && text.utf8.contains(where: isLower) && !text.contains("--")
    }

    /// Accepts the name of an environment variable.
    static func isEnvironmentName(_ text: String) -> Bool {
        guard isBounded(text, 1...256), let first = text.utf8.first, !isDigit(first), text != ".", !text.hasPrefix("..") else {
            return false
        }
        return text.utf8.allSatisfy { isAlphanumeric($0) || "_-.".utf8.contains($0) }
    }

    /// Accepts a label value, or the part of a label key after the slash.
    package static func isLabelValue(_ text: String) -> Bool {
        text.isEmpty || isQualifiedName(text)
    }

    static func isQualifiedName(_ text: String) -> Bool {
        isBounded(text, 1...63) && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) } && hasAlphanumericEnds(text)
    }

    /// Accepts a label key: a name, optionally after a DNS prefix and a slash.
    package static func isLabelKey(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: return isQualifiedName(parts[0])
        case 2: return isDNSSubdomain(parts[0]) && isQualifiedName(parts[1])
        default: return false
        }
    }

    /// Accepts the name of an HTTP header (RFC 9110 token).
    static func isHeaderName(_ text: String) -> Bool {
        isBounded(text, 1...128) && text.utf8.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// Accepts path and query of a probe's URL.
    static func isURLPath(_ text: String) -> Bool { isBounded(text, 0...2048) && !hasControlCharacters(text) }

    /// Accepts the value of an HTTP header.
    static func isHeaderValue(_ text: String) -> Bool { isBounded(text, 0...1024) && !hasControlCharacters(text) }

    static func isBounded(_ text: String, _ lengths: ClosedRange<Int>) -> Bool { lengths.contains(text.utf8.count) }

    static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLower(byte) || isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func hasAlphanumericEnds(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
    }

    /// Checks bytes, since one Swift character may contain several, including line ends.
    static func hasControlCharacters(_ text: String) -> Bool {
        text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }
}
