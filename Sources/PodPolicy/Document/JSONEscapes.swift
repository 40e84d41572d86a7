/// Surrogate pairs in JSON. JSON may escape a character beyond U+FFFF as `\ud83d\ude00`, which the YAML parser rejects; it reads
/// `\U0001f600`.
enum JSONEscapes {
    /// Replaces each pair by one escape. Text that is not JSON stays unchanged.
    static func joiningSurrogates(_ text: String) -> String {
        let isObject = text.utf8.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
        guard isObject, text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        var rest = Array(text.utf8)[...]
        var result: [UInt8] = []
        result.reserveCapacity(rest.count)
        var isInString = false
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "\""):
                isInString.toggle()
            case UInt8(ascii: "'"), UInt8(ascii: "#"):
                if !isInString { return text }
            case UInt8(ascii: "\\") where isInString:
                if let scalar = surrogatePair(rest) {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\U\(String(repeating: "0", count: 8 - digits.count))\(digits)".utf8
                    rest = rest.dropFirst(12)
                } else {
                    result += rest.prefix(2)
                    rest = rest.dropFirst(2)
                }
                continue
            default: break
            }
            result.append(byte)
            rest = rest.dropFirst()
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func surrogatePair(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let high = escapedUnit(bytes), let low = escapedUnit(bytes.dropFirst(6)) else { return nil }
        guard (0xD800..<0xDC00).contains(high), (0xDC00..<0xE000).contains(low) else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    private static func escapedUnit(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        guard bytes.starts(with: "\\u".utf8) else { return nil }
        let digits = bytes.dropFirst(2).prefix(4)
        return digits.count == 4 ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    }
}
