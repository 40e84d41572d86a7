import Stacks

/// An IP address. An IPv4 address in IPv6 notation (`::ffff:10.0.0.1`) is the IPv4 address.
struct IPAddress: Sendable, Hashable {
    var family: IPFamily
    /// The address in the low 32 or 128 bits.
    var bits: UInt128

    init(family: IPFamily, bits: UInt128) {
        self.family = family
        self.bits = bits
    }

    /// Parses the text forms of RFC 4291 without a zone, and dotted decimals without leading zeros.
    init?(_ text: String) {
        // The longest form has 45 characters.
        guard text.utf8.count <= 45 else { return nil }
        if let bits = Self.parseV4(text[...]) {
            self.init(family: .v4, bits: UInt128(bits))
        } else if let bits = Self.parseV6(text) {
            let isMapped = bits >> 32 == 0xffff
            self.init(family: isMapped ? .v4 : .v6, bits: isMapped ? bits & UInt128(UInt32.max) : bits)
        } else {
            return nil
        }
    }

    private static func parseV4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            let digits = part.utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                part == "0" || digits.first != UInt8(ascii: "0"), let byte = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        return bits
    }

    private static func parseV6(_ text: String) -> UInt128? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, let front = groups(halves[0], mayEndInV4: halves.count == 1) else { return nil }
        guard halves.count == 2 else { return front.count == 8 ? bits(front) : nil }
        // `::` stands for at least one group.
        guard let back = groups(halves[1], mayEndInV4: true), front.count + back.count < 8 else { return nil }
        return bits(front + Array(repeating: 0, count: 8 - front.count - back.count) + back)
    }

    private static func bits(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }

    private static func groups(_ text: Substring, mayEndInV4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInV4, index == parts.count - 1, let bits = parseV4(part) {
                groups += [UInt16(bits >> 16), UInt16(bits & 0xffff)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexDigit), let group = UInt16(part, radix: 16) else {
                    return nil
                }
                groups.append(group)
            }
        }
        return groups
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: false
        }
    }
}

extension IPAddress: CustomStringConvertible {
    var description: String {
        guard family == .v6 else { return (0..<4).map { String(bits >> (24 - 8 * $0) & 0xff) }.joined(separator: ".") }
        let groups = (0..<8).map { bits >> (112 - 16 * $0) & 0xffff }
        func text(_ groups: some Sequence<UInt128>) -> String { groups.map { String($0, radix: 16) }.joined(separator: ":") }
        guard let zeros = Self.longestZeros(groups) else { return text(groups) }
        return text(groups[..<zeros.lowerBound]) + "::" + text(groups[zeros.upperBound...])
    }

    /// Returns the first of the longest runs of two or more zeros; RFC 5952 shortens this one.
    private static func longestZeros(_ groups: [UInt128]) -> Range<Int>? {
        var longest = 0..<1
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > longest.count {
                longest = start..<(index + 1)
            }
        }
        return longest.count > 1 ? longest : nil
    }
}
