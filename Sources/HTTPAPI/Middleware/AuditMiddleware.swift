import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Stacks

/// Logs one line for each request that changes stacks: who asked for what, from where, with which outcome.
struct AuditMiddleware: RouterMiddleware {
    /// The maximum number of logged characters of a header.
    private static let headerLimit = 200

    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard let action = Self.action(request) else { return try await next(request, context) }
        let started = ContinuousClock.now
        let response = try await next(request, context)
        let elapsed = ContinuousClock.now - started
        let notes = context.audit
        var metadata: Logger.Metadata = [
            "action": "\(action)",
            "key": "\(notes.key ?? "none")",
            "remote": "\(context.remoteAddress ?? "unknown")",
            "status": "\(response.status.code)",
            "outcome": "\(notes.code ?? "ok")",
            "duration_ms": "\(elapsed.wholeMilliseconds)",
        ]
        // Written by the client or a proxy: a hint, not a proof.
        if let name = HTTPField.Name("X-Forwarded-For"), let value = request.headers[name] {
            metadata["forwarded_for"] = "\(value.prefix(Self.headerLimit))"
        }
        if let id = context.stackID(in: response) { metadata["stack_id"] = "\(id)" }
        if let query = request.uri.query { metadata["query"] = "\(query.prefix(Self.headerLimit))" }
        if let user = notes.userID { metadata["user_id"] = "\(user)" }
        if let problem = notes.problemID { metadata["problem_id"] = "\(problem)" }
        context.logger.notice("audit", metadata: metadata)
        return response
    }

    /// Returns the name of the action; nil for a method that changes nothing.
    private static func action(_ request: Request) -> String? {
        switch request.method {
        case .post: request.uri.path.hasSuffix("/renew") ? "renew" : "create"
        case .delete: request.uri.path == "/stacks" ? "delete_many" : "delete"
        default: nil
        }
    }
}
