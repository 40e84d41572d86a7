import HTTPTypes
import Hummingbird
import Logging

/// One line a request, and the request's id in the answer.
struct AccessLogMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        var response = try await next(request, context)
        if let name = HTTPField.Name("X-Request-Id") { response.headers[name] = context.id }
        let elapsed = (ContinuousClock.now - started).components
        var metadata: Logger.Metadata = [
            "method": "\(request.method)",
            "path": "\(request.uri.path)",
            "status": "\(response.status.code)",
            "duration_ms": "\(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000)",
        ]
        if let stackID = context.parameters.get("stack_id") { metadata["stack_id"] = "\(stackID)" }
        // Probes come every few seconds and say nothing new.
        let isProbe = context.endpointPath == "/healthz" || context.endpointPath == "/readyz"
        context.logger.log(level: isProbe && response.status == .ok ? .debug : .info, "request", metadata: metadata)
        return response
    }
}
