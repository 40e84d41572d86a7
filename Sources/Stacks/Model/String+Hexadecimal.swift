extension String {
    /// The 16 lower-case hexadecimal digits of a number, after a prefix. Ids are written thousands of times in a list, so in one text at once.
    init(hexadecimal number: UInt64, after prefix: String = "") {
        self.init(unsafeUninitializedCapacity: prefix.utf8.count + 16) { text in
            var end = text.initialize(fromContentsOf: prefix.utf8)
            for shift in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: number >> shift) & 0xF
                text[end] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                end += 1
            }
            return end
        }
    }
}
