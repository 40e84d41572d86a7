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
        while index != utf8.endIndex {
            let byte = utf8[index]
            index = utf8.index(after: index)
            guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") else { continue }
            let end = utf8[index...].firstIndex { !isNameByte($0) } ?? utf8.endIndex
            guard end != index else { continue }
            if byte == UInt8(ascii: "&") { anchors.insert(text[index..<end]) } else { aliases.append(text[index..<end]) }
            index = end
        }
        guard aliases.count > harmlessAliases, !anchors.isEmpty else { return false }
        return aliases.count { anchors.contains($0) } > harmlessAliases
    }

    /// The characters of an anchor's name in the parser that is used.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
