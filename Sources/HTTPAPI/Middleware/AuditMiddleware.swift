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
        guard let action = Self.action(request.method) else { return try await next(request, context) }
        let started = ContinuousClock.now
        let response = try await next(request, context)
        let elapsed = (ContinuousClock.now - started).components
        let notes = context.audit
        var metadata: Logger.Metadata = [
            "action": "\(action(request.uri.path))",
            "key": "\(notes.key ?? "none")",
            "remote": "\(context.remoteAddress ?? "unknown")",
            "status": "\(response.status.code)",
            "outcome": "\(notes.code ?? "ok")",
            "duration_ms": "\(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000)",
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

    /// Returns the name of the action for a path; nil for a method that changes nothing.
    private static func action(_ method: HTTPRequest.Method) -> (@Sendable (String) -> String)? {
        switch method {
        case .post: { $0.hasSuffix("/renew") ? "renew" : "create" }
        case .delete: { $0 == "/stacks" ? "delete_many" : "delete" }
        default: nil
        }
    }
}
