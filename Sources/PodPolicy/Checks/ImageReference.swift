/// The grammar of image references.
/// https://github.com/distribution/reference/blob/main/reference.go
enum ImageReference {
    static func isValid(_ text: String) -> Bool {
        // ASCII only: the comparisons below ignore case, and some other letters have an ASCII letter as their lower case.
        guard Grammar.isBounded(text, 1...512), text.utf8.allSatisfy({ $0 < 0x80 }), !isImageID(text) else { return false }
        var rest = text[...]
        if let at = rest.firstIndex(of: "@") {
            guard isDigest(rest[rest.index(after: at)...]) else { return false }
            rest = rest[..<at]
        }
        // A colon after the last slash starts a tag; an earlier one starts a port.
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            guard isTag(rest[rest.index(after: colon)...]) else { return false }
            rest = rest[..<colon]
        }
        var components = rest.split(separator: "/", omittingEmptySubsequences: false)
        if components.count > 1, let first = components.first, first.contains(where: { $0 == "." || $0 == ":" }) || first == "localhost" {
            guard isDomain(first) else { return false }
            components.removeFirst()
        }
        return !components.isEmpty && components.allSatisfy(isPathComponent) && rest.utf8.count <= 255
    }

    /// Accepts lower-case letters and digits, separated by one dot, one or two underscores, or hyphens.
    private static func isPathComponent(_ text: Substring) -> Bool {
        var previousRun: [UInt8] = []
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last) else { return false }
        for byte in text.utf8 {
            if isAlphanumeric(byte) {
                previousRun = []
                continue
            }
            guard ".-_".utf8.contains(byte) else { return false }
            previousRun.append(byte)
            let isHyphens = previousRun.allSatisfy { $0 == UInt8(ascii: "-") }
            let isUnderscores = previousRun.count <= 2 && previousRun.allSatisfy { $0 == UInt8(ascii: "_") }
            guard previousRun.count == 1 || isHyphens || isUnderscores else { return false }
        }
        return true
    }

    private static func isDomain(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isDomainLabel)
        else {
            return false
        }
        return parts.count == 1 || (parts[1].utf8.allSatisfy(Grammar.isDigit) && UInt16(parts[1]).map { $0 > 0 } == true)
    }

    /// Returns true for an image id: it is not a reference, and denotes an image already on the node, whoever pulled it.
    private static func isImageID(_ text: String) -> Bool {
        let digits = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
        return digits.utf8.count == 64 && digits.utf8.allSatisfy(isHexDigit)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        Grammar.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func isDomainLabel(_ text: Substring) -> Bool {
        Grammar.isDNSLabel(text.lowercased())
    }

    private static func isTag(_ text: Substring) -> Bool {
        guard (1...128).contains(text.utf8.count), let first = text.utf8.first, Grammar.isAlphanumeric(first) || first == UInt8(ascii: "_")
        else {
            return false
        }
        return text.utf8.allSatisfy { Grammar.isAlphanumeric($0) || "_.-".utf8.contains($0) }
    }

    private static func isDigest(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = ["sha256": 64, "sha512": 128][parts[0]] else { return false }
        return parts[1].utf8.count == length && parts[1].utf8.allSatisfy(isHexDigit)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { Grammar.isLower(byte) || Grammar.isDigit(byte) }
}
