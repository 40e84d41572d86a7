import HTTPTypes
import Hummingbird
import Logging
import Stacks

/// Gives each request its trace and its id, for all that is logged and sent because of it.
struct TraceMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let id = Self.requestID(request.headers) ?? context.id
        // As a text also if it is Hummingbird's own, which each use would format anew.
        context.logger[metadataKey: "hb.request.id"] = "\(id)"
        let trace = RequestTrace(context: Self.traceContext(request.headers), requestID: id)
        // For what runs in no task of the request, as when its client leaves.
        context.logger[metadataKey: "trace_id"] = "\(trace.context.traceID)"
        return try await RequestTrace.$current.withValue(trace) { [context] in try await next(request, context) }
    }

    /// Returns the trace of the header `traceparent` with a span of this service; a new trace if the header is missing or invalid.
    static func traceContext(_ headers: HTTPFields) -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        let values = headers[values: .traceparent]
        guard values.count == 1, let parent = TraceContext(traceparent: values[0]) else { return .random(using: &generator) }
        return parent.child(using: &generator)
    }

    /// Returns the id that a proxy or the client has given the request; nil unless it is one word of at most 64 harmless characters.
    static func requestID(_ headers: HTTPFields) -> String? {
        let values = HTTPField.Name.requestID.map { headers[values: $0] } ?? []
        guard values.count == 1, let id = values.first, (1...64).contains(id.utf8.count) else { return nil }
        let isHarmless = id.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        return isHarmless ? id : nil
    }
}

extension HTTPField.Name {
    /// The id of a request, in the response too. Never nil.
    static let requestID = HTTPField.Name("X-Request-Id")
}
