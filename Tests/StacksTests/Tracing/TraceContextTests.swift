import Logging
import TestBasics
import Testing

@testable import Stacks

/// The header `traceparent`, after the standard's own text and its test suite.
@Suite struct TraceContextTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test(arguments: [
        ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-03", true),
        ("00-\(trace)-\(span)-fe", false), ("cc-\(trace)-\(span)-01", true), ("cc-\(trace)-\(span)-01-what-the-future-brings", true),
        ("01-\(trace)-\(span)-01-", true),
    ])
    func `a valid header is read, and of its flags the one that is known`(text: String, isSampled: Bool) throws {
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceID == Self.trace && context.spanID == Self.span && context.isSampled == isSampled)
        #expect(context.traceparent == "00-\(Self.trace)-\(Self.span)-\(isSampled ? "01" : "00")")
    }

    @Test(arguments: [
        "", "-", "---", "00", "00-\(trace)", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-1",
        "00-\(trace)-\(span)-011", "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-0g",
        "00-\(trace)-\(span)-0A", "ff-\(trace)-\(span)-01", "0-\(trace)-\(span)-01", "000-\(trace)-\(span)-01", "0x-\(trace)-\(span)-01",
        "CC-\(trace)-\(span)-01", "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01", "00-\(trace)0-\(span)-01",
        "00-\(trace.dropLast())-\(span)-01", "00-\(trace)-\(span.dropLast())-01", "00-\(trace)-\(span)0-01", " 00-\(trace)-\(span)-01",
        "00-\(trace)-\(span)-01 ", "00_\(trace)_\(span)_01", "00-\(trace.dropLast())é-\(span)-01", "00-\(trace.dropLast())٣-\(span)-01",
        "00-+\(trace.dropFirst())-\(span)-01", "cc-\(trace)-\(span)-01.what-the-future-will-not-bring",
    ])
    func `an invalid header is none`(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    /// Always the same number.
    private struct Constant: RandomNumberGenerator {
        var number: UInt64
        mutating func next() -> UInt64 { number }
    }

    @Test(arguments: [0, 1, .max] as [UInt64])
    func `a new trace and each of its spans are valid, whatever is random`(number: UInt64) throws {
        var generator = Constant(number: number)
        let context = TraceContext.random(using: &generator)
        #expect(TraceContext(traceparent: context.traceparent) == context)
        #expect(!context.isSampled)
        let child = context.child(using: &generator)
        #expect(TraceContext(traceparent: child.traceparent) == child)
    }

    @Test func `a child stays in its trace, with a span of its own`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let parent = try #require(TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-01"))
        let child = parent.child(using: &generator)
        #expect(child.traceID == parent.traceID && child.spanID != parent.spanID && child.isSampled, "seed \(seed)")
    }

    @Test func `a request that is sent for another has its trace and a new span each time, and none without one`() throws {
        #expect(RequestTrace.outgoingHeaders().isEmpty)
        let context = try #require(TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-01"))
        try RequestTrace.$current.withValue(RequestTrace(context: context, requestID: "r")) {
            let headers = (0..<2).flatMap { _ in RequestTrace.outgoingHeaders() }
            #expect(headers.map(\.name) == ["traceparent", "traceparent"])
            let sent = try headers.map { try #require(TraceContext(traceparent: $0.value)) }
            #expect(sent.allSatisfy { $0.traceID == Self.trace && $0.isSampled })
            #expect(Set(sent.map(\.spanID) + [Self.span]).count == 3)
            #expect(RequestTrace.metadataProvider.get() == ["trace_id": "\(Self.trace)", "request_id": "r"])
        }
    }
}
