/// The id of a stack: `stack-` and 16 lower-case hexadecimal digits.
///
/// The names of Pod and Service derive from the id, so every step of a create or a delete can be repeated without knowing how far an
/// earlier attempt came.
package struct StackID: Hashable, Sendable, CustomStringConvertible {
    /// The whole id, including its prefix.
    package let description: String

    /// Parses an id; nil unless `text` has the format that ``random(using:)`` creates.
    package init?(_ text: some StringProtocol) {
        let digits = text.dropFirst(Self.prefix.count)
        guard text.hasPrefix(Self.prefix), digits.utf8.count == 16,
            digits.utf8.allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            })
        else { return nil }
        description = String(text)
    }

    private init(bits: UInt64) {
        let digits = String(bits, radix: 16)
        description = Self.prefix + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Returns a new id of 64 random bits.
    package static func random(using generator: inout some RandomNumberGenerator) -> StackID {
        StackID(bits: generator.next())
    }

    package var podName: String { description }

    package var serviceName: String { "svc-" + description }

    private static let prefix = "stack-"
}
