import HTTPTypes
package import Hummingbird
import NIOCore
package import Stacks

/// The HTTP API: every route of the contract on one router.
package struct API {
    private let stacks: StackRoutes
    private let health: HealthRoutes
    private let apiKey: String?

    /// - Parameters:
    ///   - dependencies: what `GET /readyz` asks.
    ///   - apiKey: what callers must send in `X-API-KEY`; nil for no check.
    ///   - readinessTimeout: how long `GET /readyz` waits for a dependency before it calls it unavailable.
    ///   - now: the clock by which an answer of `GET /readyz` stands for a second.
    ///   - sleep: the clock of that wait.
    package init(
        service: StackService,
        dependencies: [Dependency],
        apiKey: String?,
        readinessTimeout: Duration = .seconds(5),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        stacks = StackRoutes(service: service)
        health = HealthRoutes(
            readiness: Readiness(dependencies: dependencies, timeout: readinessTimeout, now: now, sleep: sleep)
        )
        self.apiKey = apiKey
    }

    /// The routes with their middleware: access log, errors, API key, rules for all requests.
    package func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.addMiddleware {
            AccessLogMiddleware()
            ErrorMiddleware()
            if let apiKey { APIKeyMiddleware(key: apiKey, openPaths: ["/healthz", "/readyz"]) }
            RequestRulesMiddleware()
        }
        add("/healthz", [.get: health.health], to: router)
        add("/readyz", [.get: health.readiness], to: router)
        add("/stacks", [.get: stacks.list, .post: stacks.create], to: router)
        add("/stacks/{stack_id}", [.get: stacks.show, .delete: stacks.delete], to: router)
        add("/stacks/{stack_id}/status", [.get: stacks.status], to: router)
        add("/users/{user_id}/stacks", [.get: stacks.listOfUser], to: router)
        add("/stats", [.get: stacks.stats], to: router)
        return router
    }

    private typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    /// Every method that the HTTP parser lets through.
    private static let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
        "ACL", "BIND", "CHECKOUT", "COPY", "LINK", "LOCK", "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY",
        "PROPFIND", "PROPPATCH", "PURGE", "QUERY", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK",
        "UNSUBSCRIBE",
    ].compactMap { HTTPRequest.Method($0) }

    /// Adds a path with its methods, HEAD wherever GET is; every other method is answered with 405 and what is allowed.
    private func add(_ path: RouterPath, _ handlers: [HTTPRequest.Method: Handler], to router: Router<APIContext>) {
        var handlers = handlers
        // The access log takes the body off the answer.
        handlers[.head] = handlers[.get]
        let allowed = handlers.keys.map(\.rawValue).sorted().joined(separator: ", ")
        for method in Self.methods {
            if let handler = handlers[method] {
                router.on(path, method: method, use: handler)
            } else {
                router.on(path, method: method) { request, _ -> Response in
                    throw RequestError.methodNotAllowed(request.method.rawValue, allowed: allowed)
                }
            }
        }
    }
}

/// The context of one request: its id, its logger, its parameters.
package struct APIContext: RequestContext {
    /// What the framework keeps of a request.
    package var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    /// Made by the framework for each request.
    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// To be called before the body of a request is read: only now is a client that asked first told to send it.
    func wantBody() {
        channel.triggerUserOutboundEvent(BodyIsWanted(), promise: nil)
    }
}
