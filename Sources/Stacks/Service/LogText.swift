/// The log of a container as callers get it.
enum LogText {
    /// The maximum size in bytes.
    static let maximumSize = 1 << 20

    /// Returns the text with its control characters escaped, except tab and newline: those of a challenge could change the terminal of
    /// whoever reads its log. Invalid UTF-8 is replaced. Of a text over `maximumSize` the last lines remain.
    static func escaped(_ bytes: [UInt8], maximumSize: Int = maximumSize) -> String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.properties.generalCategory == .control, scalar != "\t", scalar != "\n" {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        guard text.utf8.count > maximumSize else { return text }
        let end = text.utf8.suffix(maximumSize)
        // A line that is cut is left out, unless it is the only one.
        let start = end.firstIndex(of: UInt8(ascii: "\n")).map { end.index(after: $0) } ?? end.endIndex
        let rest = start < end.endIndex ? end[start...] : end.drop { $0 & 0xC0 == 0x80 }
        return String(decoding: rest, as: UTF8.self)
    }
}
