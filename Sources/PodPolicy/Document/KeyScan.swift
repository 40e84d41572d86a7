/// Looks, before the text is parsed, whether keys that are lists or mappings could make it slow.
///
/// The parser compares the keys of each mapping, and a key within a key again with every level around it. No key of a Pod is a list
/// or a mapping, but what looks like one may stand in a program in a string, so as many are let through as cost next to nothing.
enum KeyScan {
    /// `? [a, b]`, however much follows.
    private static let harmlessExplicitKeys = 4
    /// `[a, b]: c`, for which the parser wants no more than 1024 characters. Python's `for x in [1, 2]:` looks like that.
    private static let harmlessImplicitKeys = 128

    static func mayBeSlow(_ text: String) -> Bool {
        var (explicitKeys, implicitKeys) = (0, 0)
        var previous = UInt8(ascii: "\n")
        for byte in text.utf8 where byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") {
            if byte == UInt8(ascii: "?"), "\r\n-?:{[,".utf8.contains(previous) { explicitKeys += 1 }
            if byte == UInt8(ascii: ":"), previous == UInt8(ascii: "]") || previous == UInt8(ascii: "}") { implicitKeys += 1 }
            previous = byte
        }
        return explicitKeys > harmlessExplicitKeys || implicitKeys > harmlessImplicitKeys
    }
}
