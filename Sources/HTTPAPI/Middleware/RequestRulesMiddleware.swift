import HTTPTypes
import Hummingbird

/// Rejects requests that no route could handle correctly: an ambiguous path, an unsupported body encoding, an unsupported expectation.
struct RequestRulesMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        guard path == "/" || !Self.hasEmptySegment(path) else { throw RequestError.emptySegment(path) }
        for encoding in request.headers[values: .contentEncoding] where encoding.lowercased() != "identity" {
            throw RequestError.unsupportedEncoding(encoding)
        }
        for expectation in request.headers[values: .expect] where expectation.lowercased() != "100-continue" {
            throw RequestError.expectationFailed(expectation)
        }
        return try await next(request, context)
    }

    private static func hasEmptySegment(_ path: String) -> Bool {
        var isAfterSlash = false
        for byte in path.utf8 {
            let isSlash = byte == UInt8(ascii: "/")
            if isSlash, isAfterSlash { return true }
            isAfterSlash = isSlash
        }
        return isAfterSlash
    }
}
