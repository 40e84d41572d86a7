/// The id of a stack: `stack-` and 16 lower-case hexadecimal digits.
///
/// The names of Pod and Service derive from the id, so every step of a create or a delete can be repeated without knowing how far an
/// earlier attempt came.
package struct StackID: Hashable, Sendable {
    /// The number that the 16 digits write.
    package let bits: UInt64

    /// Parses an id; nil unless `text` has the format that ``random(using:)`` creates.
    package init?(_ text: some StringProtocol) {
        // As a `String`, whose bytes are read in place: a request reads its id twice.
        var text = String(text)
        let bits = text.withUTF8 { Self.bits(of: UnsafeRawBufferPointer($0)) }
        guard let bits else { return nil }
        self.bits = bits
    }

    private static func bits(of text: UnsafeRawBufferPointer) -> UInt64? {
        guard text.count == length, text.starts(with: prefix.utf8) else { return nil }
        var bits: UInt64 = 0
        for digit in text.dropFirst(prefix.utf8.count) {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): bits = bits << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): bits = bits << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return bits
    }

    private init(bits: UInt64) { self.bits = bits }

    /// Returns a new id of 64 random bits.
    package static func random(using generator: inout some RandomNumberGenerator) -> StackID {
        StackID(bits: generator.next())
    }

    package var podName: String { description }

    package var serviceName: String { "svc-" + description }

    private static let prefix = "stack-"
    private static let length = prefix.utf8.count + 16
}

extension StackID: CustomStringConvertible {
    /// The whole id, including its prefix.
    package var description: String { String(hexadecimal: bits, after: Self.prefix) }
}

extension StackID: Comparable {
    /// The order of the texts.
    package static func < (left: StackID, right: StackID) -> Bool { left.bits < right.bits }
}
