/// Looks, before the text is parsed, whether YAML aliases could make it grow.
///
/// An alias stands for everything under its anchor, so a few lines can stand for billions of nodes, and comparing keys while parsing
/// would visit each. Growth needs many aliases whose names are also anchors. What looks like that here need not be one (`*p` and
/// `&p` in a C program in a string), so a handful is let through: it can stand for little, and the parsed tree shows what it was.
enum AliasScan {
    private static let harmlessAliases = 4

    static func mayExpand(_ text: String) -> Bool {
        var anchors: Set<Substring> = []
        var aliases: [Substring] = []
        let utf8 = text.utf8
        var index = utf8.startIndex
        var previous = UInt8(ascii: "\n")
        while index != utf8.endIndex {
            let byte = utf8[index]
            index = utf8.index(after: index)
            defer { previous = byte }
            guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*"), mayPrecede(previous) else { continue }
            let end = utf8[index...].firstIndex { !isNameByte($0) } ?? utf8.endIndex
            guard end != index, end == utf8.endIndex || mayFollow(utf8[end]) else { continue }
            if byte == UInt8(ascii: "&") { anchors.insert(text[index..<end]) } else { aliases.append(text[index..<end]) }
        }
        guard aliases.count > harmlessAliases, !anchors.isEmpty else { return false }
        return aliases.count { anchors.contains($0) } > harmlessAliases
    }

    /// After any other character the parser takes neither for an indicator, or finds an error.
    private static func mayPrecede(_ byte: UInt8) -> Bool {
        byte >= 0x80 || " \t\r\n[]{},:?-'\"".utf8.contains(byte)
    }

    /// What the parser demands after the name.
    private static func mayFollow(_ byte: UInt8) -> Bool {
        byte >= 0x80 || " \t\r\n\0?:,]}%@`".utf8.contains(byte)
    }

    /// The characters of an anchor's name in the parser that is used.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        Grammar.isAlphanumeric(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
