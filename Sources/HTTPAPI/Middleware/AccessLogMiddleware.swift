import HTTPTypes
import Hummingbird
import Logging
import Stacks

/// Logs one line per request, and adds the request id to the response.
struct AccessLogMiddleware: RouterMiddleware {
    /// The maximum number of logged characters of a path.
    private static let pathLimit = 200

    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        var response = try await next(request, context)
        if let name = HTTPField.Name.requestID { response.headers[name] = context.id }
        let elapsed = ContinuousClock.now - started
        var metadata: Logger.Metadata = [
            "method": "\(request.method)",
            "path": "\(request.uri.path.prefix(Self.pathLimit))",
            "status": "\(response.status.code)",
            "duration_ms": "\(elapsed.wholeMilliseconds)",
        ]
        // The shutdown took too long: the connection is closed without a response.
        if Task.isCancelled {
            metadata["status"] = "none"
            metadata["error"] = "no answer: the connection was closed at the end of SHUTDOWN_TIMEOUT"
        }
        if let id = context.stackID(in: response) { metadata["stack_id"] = "\(id)" }
        // Probes come every few seconds and would fill the log.
        let isProbe = context.endpointPath == "/healthz" || context.endpointPath == "/readyz"
        context.logger.log(level: isProbe && response.status == .ok ? .debug : .info, "request", metadata: metadata)
        // A response to HEAD must have no body: the client would read it as the next response.
        return request.method == .head ? response.createHeadResponse() : response
    }
}

extension APIContext {
    /// Returns the stack that the request names or created.
    func stackID(in response: Response) -> StackID? {
        let name = parameters.get("stack_id") ?? response.headers[.location]?.split(separator: "/").last.map(String.init)
        return name.flatMap { StackID($0) }
    }
}

extension Duration {
    /// The `duration_ms` of a log line.
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
