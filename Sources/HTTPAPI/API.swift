import HTTPTypes
package import Hummingbird
package import Stacks

/// The HTTP API: every route of the contract on one router.
package struct API {
    private let stacks: StackRoutes
    private let health: HealthRoutes
    private let apiKey: String?

    /// - Parameters:
    ///   - dependencies: what `GET /readyz` asks.
    ///   - apiKey: what callers must send in `X-API-KEY`; nil for no check.
    package init(service: StackService, dependencies: [Dependency], apiKey: String?) {
        stacks = StackRoutes(service: service)
        health = HealthRoutes(dependencies: dependencies)
        self.apiKey = apiKey
    }

    package func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.addMiddleware {
            AccessLogMiddleware()
            ErrorMiddleware()
            if let apiKey { APIKeyMiddleware(key: apiKey, openPaths: ["/healthz", "/readyz"]) }
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

    /// Adds a path with its methods; every other method is answered with 405 and what is allowed.
    private func add(_ path: RouterPath, _ handlers: [HTTPRequest.Method: Handler], to router: Router<APIContext>) {
        let allowed = handlers.keys.map(\.rawValue).sorted().joined(separator: ", ")
        for method: HTTPRequest.Method in [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect] {
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
    package var coreContext: CoreRequestContextStorage

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
