package import Stacks

/// A range of IP addresses that share a prefix, such as `10.244.0.0/16`.
package struct CIDR: Sendable, Hashable {
    package let family: IPFamily
    /// The first address of the range, in the low 32 or 128 bits.
    package let first: UInt128
    /// The number of bits that all addresses of the range share.
    package let prefixLength: Int

    /// Clears the bits of `address` that lie outside the prefix.
    /// - Parameter prefixLength: clamped to the width of the family's addresses.
    init(family: IPFamily, address: UInt128, prefixLength: Int) {
        let length = min(max(0, prefixLength), family.width)
        self.family = family
        self.prefixLength = length
        first = address & family.mask & ~family.hostMask(prefixLength: length)
    }

    /// Parses a range such as `10.244.0.0/16` or `fd00::/48`. Bits outside the prefix are cleared.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Self.decimal(parts[1]) else { return nil }
        // An IPv4 address in IPv6 notation was parsed as IPv4, so its prefix is longer by 96 bits.
        let isMapped = address.family == .v4 && parts[0].contains(":")
        let ownLength = isMapped ? length - 96 : length
        guard (0...address.family.width).contains(ownLength) else { return nil }
        self.init(family: address.family, address: address.bits, prefixLength: ownLength)
    }

    /// Parses a range that an operator states; nil if the address has bits outside the prefix, which is probably a slip.
    package init?(exactly text: String) {
        guard let range = CIDR(text), let address = IPAddress(String(text.prefix { $0 != "/" })), address.bits == range.first else {
            return nil
        }
        self = range
    }

    /// Parses a single address as a range of its own.
    package init?(address text: String) {
        guard let address = IPAddress(text) else { return nil }
        self.init(family: address.family, address: address.bits, prefixLength: address.family.width)
    }

    /// The last address of the range.
    package var last: UInt128 { first | family.hostMask(prefixLength: prefixLength) }

    /// Returns true if every address of `other` is in this range.
    package func contains(_ other: CIDR) -> Bool {
        family == other.family && prefixLength <= other.prefixLength && first <= other.first && other.last <= last
    }

    /// Returns true if some address is in both ranges. Of two such ranges one contains the other.
    package func overlaps(_ other: CIDR) -> Bool { contains(other) || other.contains(self) }

    /// Returns the range of this prefix length that contains this one.
    func widened(to length: Int) -> CIDR { CIDR(family: family, address: first, prefixLength: min(prefixLength, length)) }

    /// Returns the fewest ranges with the same addresses, in order.
    package static func union(_ ranges: some Sequence<CIDR>) -> [CIDR] {
        var result: [CIDR] = []
        // A range sorts directly before those that it contains.
        for range in ranges.sorted() where result.last?.contains(range) != true {
            var merged = range
            while let previous = result.last, let parent = previous.parent(with: merged) {
                result.removeLast()
                merged = parent
            }
            result.append(merged)
        }
        return result
    }

    /// Returns the range of which this is the lower half and `upper` the other; nil if there is none.
    private func parent(with upper: CIDR) -> CIDR? {
        guard prefixLength > 0, prefixLength == upper.prefixLength, family == upper.family, self != upper else { return nil }
        let parent = widened(to: prefixLength - 1)
        return parent == upper.widened(to: prefixLength - 1) ? parent : nil
    }

    private static func decimal(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            text == "0" || text.utf8.first != UInt8(ascii: "0")
        else { return nil }
        return Int(text)
    }
}

extension CIDR: Comparable {
    package static func < (left: CIDR, right: CIDR) -> Bool {
        (left.family.width, left.first, left.prefixLength) < (right.family.width, right.first, right.prefixLength)
    }
}

extension CIDR: CustomStringConvertible {
    /// The range in the notation of Kubernetes, with an IPv6 address as in RFC 5952.
    package var description: String { "\(IPAddress(family: family, bits: first))/\(prefixLength)" }
}

extension IPFamily {
    /// The number of bits of an address.
    var width: Int { self == .v4 ? 32 : 128 }

    fileprivate var mask: UInt128 { self == .v4 ? UInt128(UInt32.max) : .max }

    /// The bits of an address after its prefix.
    fileprivate func hostMask(prefixLength: Int) -> UInt128 { ((1 as UInt128) << (width - prefixLength)) &- 1 }
}
