/// The place of an operation in a trace, as W3C Trace Context carries it from service to service.
/// https://www.w3.org/TR/trace-context-1/#traceparent-header
package struct TraceContext: Sendable, Equatable {
    /// 32 lowercase hexadecimal digits, not all of them 0.
    package let traceID: String
    /// The operation: 16 lowercase hexadecimal digits, not all of them 0.
    package let spanID: String
    /// True if whoever began the trace records it.
    package let isSampled: Bool

    /// Reads a `traceparent` header.
    /// - Returns: nil for a value that the standard calls invalid, which is then to be ignored.
    package init?(traceparent text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4 else { return nil }
        let (version, traceID, spanID, flags) = (parts[0], parts[1], parts[2], parts[3])
        guard Self.isHex(version, 2), version != "ff" else { return nil }
        // A later version may add parts.
        guard version != "00" || parts.count == 4 else { return nil }
        guard Self.isHex(traceID, 32), traceID.contains(where: { $0 != "0" }) else { return nil }
        guard Self.isHex(spanID, 16), spanID.contains(where: { $0 != "0" }) else { return nil }
        guard Self.isHex(flags, 2), let bits = UInt8(flags, radix: 16) else { return nil }
        self.init(traceID: String(traceID), spanID: String(spanID), isSampled: bits & 1 == 1)
    }

    private init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Begins a trace, which nobody records.
    package static func random(using generator: inout some RandomNumberGenerator) -> TraceContext {
        let (high, low) = (generator.next(), generator.next())
        // A random number is 0 once in the age of the universe, and the standard forbids it.
        let traceID = String(hexadecimal: high) + String(hexadecimal: high == 0 && low == 0 ? 1 : low)
        return TraceContext(traceID: traceID, spanID: spanID(using: &generator), isSampled: false)
    }

    /// Returns an operation of its own within the same trace.
    package func child(using generator: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(traceID: traceID, spanID: Self.spanID(using: &generator), isSampled: isSampled)
    }

    /// The value of the `traceparent` header. Of the flags only the known one is passed on.
    package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    private static func spanID(using generator: inout some RandomNumberGenerator) -> String {
        String(hexadecimal: max(1, generator.next()))
    }

    private static func isHex(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count && text.unicodeScalars.allSatisfy { ("0"..."9").contains($0) || ("a"..."f").contains($0) }
    }
}
