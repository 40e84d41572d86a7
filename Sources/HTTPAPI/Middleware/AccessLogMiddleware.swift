import HTTPTypes
import Hummingbird
import Logging
import Stacks

/// One line a request, and the request's id in the answer.
struct AccessLogMiddleware: RouterMiddleware {
    /// Characters of a path that are logged.
    private static let pathLimit = 200

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
            "path": "\(request.uri.path.prefix(Self.pathLimit))",
            "status": "\(response.status.code)",
            "duration_ms": "\(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000)",
        ]
        // Shutdown took too long: nothing is written any more, and the connection is closed.
        if Task.isCancelled {
            metadata["status"] = "none"
            metadata["error"] = "no answer: the connection was closed at the end of SHUTDOWN_TIMEOUT"
        }
        if let id = stackID(context, response) { metadata["stack_id"] = "\(id)" }
        // Probes come every few seconds and say nothing new.
        let isProbe = context.endpointPath == "/healthz" || context.endpointPath == "/readyz"
        context.logger.log(level: isProbe && response.status == .ok ? .debug : .info, "request", metadata: metadata)
        // Who asks by HEAD takes a body for the beginning of the next answer.
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// The stack that the request is about, or that it made.
    private func stackID(_ context: APIContext, _ response: Response) -> StackID? {
        let name = context.parameters.get("stack_id") ?? response.headers[.location]?.split(separator: "/").last.map(String.init)
        return name.flatMap { StackID($0) }
    }
}
