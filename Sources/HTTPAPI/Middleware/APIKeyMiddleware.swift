import HTTPTypes
import Hummingbird

/// Rejects requests without an API key. A key in the query string is ignored, since access logs would contain it.
struct APIKeyMiddleware: RouterMiddleware {
    let keys: APIKeys
    /// The paths without a key, for the probes of the orchestrator.
    let openPaths: Set<String>

    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard !openPaths.contains(request.uri.path) else { return try await next(request, context) }
        guard let name = keys.name(for: request.headers) else { throw RequestError.unauthorized }
        context.audit.key = name
        return try await next(request, context)
    }
}
