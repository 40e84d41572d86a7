import Foundation
import Stacks
import TestBasics
import Testing

@testable import StackCluster

@Suite struct CIDRTests {
    @Test(arguments: [
        ("10.244.0.0/16", "10.244.0.0/16"), ("10.244.3.7/16", "10.244.0.0/16"), ("0.0.0.0/0", "0.0.0.0/0"), ("1.2.3.4/32", "1.2.3.4/32"),
        ("255.255.255.255/1", "128.0.0.0/1"), ("fd00::/48", "fd00::/48"), ("FD00:0:0:1::5/64", "fd00:0:0:1::/64"), ("::/0", "::/0"),
        ("::1/128", "::1/128"), ("2001:db8:0:0:1:0:0:1/128", "2001:db8::1:0:0:1/128"), ("1:2:3:4:5:6:7::/112", "1:2:3:4:5:6:7:0/112"),
        ("2001:0:1:0:0:0:1:1/128", "2001:0:1::1:1/128"), ("64:ff9b::192.0.2.1/128", "64:ff9b::c000:201/128"),
        ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"),
    ])
    func `a range is read and written as Kubernetes does`(text: String, canonical: String) throws {
        #expect(CIDR(text)?.description == canonical)
        #expect((CIDR(exactly: text) != nil) == (CIDR(text)?.first == CIDR(address: String(text.prefix { $0 != "/" }))?.first))
    }

    @Test(arguments: [
        "", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0/8",
        "10.0.0.0.0/8", "010.0.0.0/8", "256.0.0.0/8", "1e1.0.0.0/8", "10.0.0.0 /8", " 10.0.0.0/8", "::/129", ":::/8", "1::2::3/8",
        "1:2:3/8",
        "1:2:3:4:5:6:7:8:9/8", "1:2:3:4:5:6:7:8::/8", "::1:2:3:4:5:6:7:8/8", "12345::/8", "g::/8", "fe80::1%eth0/64", "1.2.3.4::/8",
        "::1.2.3/8", "::1.2.3.4:5/8", "10.0.0.0/٨", "١٠.0.0.0/8", "::ffff:10.0.0.0/95", "0.0.0.0/99999999999999999999", "0x0a.0.0.0/8",
        "localhost/8", "10.0.0.0/8\u{0}", "\u{FEFF}10.0.0.0/8", ":/8", ":1::/8", "1::2:/8",
    ])
    func `anything else is no range`(text: String) {
        #expect(CIDR(text) == nil)
        #expect(CIDR(exactly: text) == nil)
    }

    @Test(arguments: [UInt64(1), UInt64.random(in: 2...(.max))])
    func `an address is what the system takes for one, and its text means the same again`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for _ in 0..<4_000 {
            let text = Self.address(using: &generator)
            let bytes = PolicyEvaluator.bytes(text)
            let address = IPAddress(text)
            #expect((address != nil) == (bytes != nil), "\(text), seed \(seed)")
            guard let address, let bytes else { continue }
            read += 1
            let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xff, 0xff]
            let expected = bytes.starts(with: mapped) && bytes.count == 16 ? Array(bytes.suffix(4)) : bytes
            #expect(expected.reduce(0 as UInt128) { $0 << 8 | UInt128($1) } == address.bits, "\(text), seed \(seed)")
            #expect(PolicyEvaluator.bytes(address.description) == expected, "\(text), seed \(seed)")
            #expect(IPAddress(address.description) == address, "\(text), seed \(seed)")
        }
        #expect(read > 500, "seed \(seed)")
    }

    @Test(arguments: [UInt64(1), UInt64.random(in: 2...(.max))])
    func `no text ends the process`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let parts = [
            "1", "0", "255", "ffff", ".", ":", "::", "/", "/32", "/0", "٣", "\u{301}", "\r\n", "é", "%", "99999999999999999999", " ", "-",
        ]
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
            if let range = CIDR(text) { #expect(CIDR(range.description) == range, "\(text), seed \(seed)") }
            _ = CIDR(exactly: text)
            _ = ClusterNetworks.address(text)
        }
    }

    @Test(arguments: [UInt64(1), UInt64.random(in: 2...(.max))])
    func `of two ranges one contains the other or they are apart`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let (one, other) = (Self.range(using: &generator), Self.range(using: &generator))
            let contains = one.family == other.family && one.first <= other.first && other.last <= one.last
            let overlaps = one.family == other.family && one.first <= other.last && other.first <= one.last
            #expect(one.contains(other) == contains, "\(one) \(other), seed \(seed)")
            #expect(one.overlaps(other) == overlaps && other.overlaps(one) == overlaps, "\(one) \(other), seed \(seed)")
            #expect(one.contains(one) && one.first <= one.last)
        }
    }

    @Test(arguments: [UInt64(1), UInt64.random(in: 2...(.max))])
    func `a union has the same addresses, in order, and no two of its ranges touch`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            // Few bits, so that ranges meet.
            let ranges = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                CIDR(
                    family: Bool.random(using: &generator) ? .v4 : .v6,
                    address: UInt128.random(in: 0..<64, using: &generator),
                    prefixLength: Int.random(in: 120...130, using: &generator) - (Bool.random(using: &generator) ? 96 : 0)
                )
            }
            let union = CIDR.union(ranges)
            #expect(union == union.sorted() && CIDR.union(union) == union && CIDR.union(ranges.reversed()) == union, "seed \(seed)")
            for (one, other) in zip(union, union.dropFirst()) { #expect(!one.overlaps(other), "seed \(seed)") }
            for family in [IPFamily.v4, .v6] {
                for bits in 0..<128 as Range<UInt128> {
                    let address = CIDR(family: family, address: bits, prefixLength: 128)
                    #expect(union.contains { $0.contains(address) } == ranges.contains { $0.contains(address) }, "seed \(seed)")
                }
            }
        }
    }

    private static func range(using generator: inout SeededGenerator) -> CIDR {
        let family = Bool.random(using: &generator) ? IPFamily.v4 : .v6
        // Mostly common prefixes, so that ranges meet.
        let low = UInt128.random(in: 0...(.max), using: &generator)
        let address = Bool.random(using: &generator) ? low : low & 0xff
        return CIDR(family: family, address: address, prefixLength: Int.random(in: -1...130, using: &generator))
    }

    /// A text like an address: parts of addresses, joined in ways that are mostly right.
    private static func address(using generator: inout SeededGenerator) -> String {
        func pick(_ texts: [String]) -> String { texts.randomElement(using: &generator) ?? "" }
        let bytes = ["0", "1", "9", "10", "99", "100", "127", "192", "255", "256", "00", "01", "", "1000"]
        let groups = ["0", "1", "ffff", "FFFF", "db8", "2001", "00ff", "0", "12345", "g", ""]
        func quad() -> String { (0..<4).map { _ in pick(["0", "1", "9", "10", "99", "127", "192", "255"]) }.joined(separator: ".") }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return (0..<4).map { _ in pick(bytes) }.joined(separator: ".")
        case 1: return quad()
        case 2: return (0..<8).map { _ in pick(Array(groups.prefix(8))) }.joined(separator: ":")
        case 3: return "::ffff:" + quad()
        case 4:
            return (0..<Int.random(in: 0...8, using: &generator)).map { _ in pick(Array(groups.prefix(8))) }.joined(separator: ":") + "::"
                + (0..<Int.random(in: 0...5, using: &generator)).map { _ in pick(Array(groups.prefix(8))) }.joined(separator: ":")
        default: return (0..<Int.random(in: 1...9, using: &generator)).map { _ in pick(groups + ["::"]) }.joined(separator: ":")
        }
    }
}
