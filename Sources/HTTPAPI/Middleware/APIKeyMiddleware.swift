import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Rejects requests without the API key in `X-API-KEY`. A key in the query string is ignored, since access logs would contain it.
struct APIKeyMiddleware: RouterMiddleware {
    private let digest: SHA256.Digest
    private let openPaths: Set<String>

    /// - Parameter openPaths: paths without a key, for the probes of the orchestrator.
    init(key: String, openPaths: Set<String>) {
        digest = SHA256.hash(data: Data(key.utf8))
        self.openPaths = openPaths
    }

    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard !openPaths.contains(request.uri.path) else { return try await next(request, context) }
        let given = request.headers.filter { $0.name.canonicalName == "x-api-key" }.map(\.value)
        // Digests have one length and are compared in constant time, so the duration reveals nothing about the key.
        guard given.count == 1, SHA256.hash(data: Data(given[0].utf8)) == digest else { throw RequestError.unauthorized }
        return try await next(request, context)
    }
}
