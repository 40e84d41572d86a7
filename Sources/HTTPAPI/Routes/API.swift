import HTTPTypes
package import Hummingbird
import NIOCore
package import Stacks

#if os(Linux)
import Glibc
#endif

/// The HTTP API: every route of the contract on one router.
package struct API {
    private let stacks: StackRoutes
    private let events: EventRoutes
    private let health: HealthRoutes
    private let apiKeys: APIKeys?
    private let metrics: MetricsRoutes?
    private let dashboard: DashboardRoutes

    /// - Parameters:
    ///   - dependencies: the dependencies that `GET /readyz` checks.
    ///   - apiKeys: the accepted keys; nil for no check.
    ///   - metrics: the source of `GET /metrics`; nil if it is served elsewhere.
    ///   - readinessTimeout: the time after which `GET /readyz` reports a dependency as unavailable.
    ///   - eventLimits: bounds of `GET /stacks/events`.
    ///   - now: the clock by which a result of `GET /readyz` is valid for a second.
    ///   - sleep: the clock of the timeout.
    package init(
        service: StackService,
        dependencies: [Dependency],
        apiKeys: APIKeys?,
        metrics: MetricsSource? = nil,
        readinessTimeout: Duration = .seconds(5),
        eventLimits: EventLimits = EventLimits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        stacks = StackRoutes(service: service)
        let hub = EventHub(changes: service.changes, maximumConsumers: eventLimits.consumers)
        events = EventRoutes(hub: hub, limits: eventLimits, now: now, sleep: sleep)
        health = HealthRoutes(
            readiness: Readiness(dependencies: dependencies, timeout: readinessTimeout, now: now, sleep: sleep)
        )
        dashboard = DashboardRoutes(service: service, creates: CreateHistory())
        self.apiKeys = apiKeys
        self.metrics = metrics.map(MetricsRoutes.init)
    }

    /// Returns the routes with their middleware: access log, errors, API key, rules for all requests.
    package func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.addMiddleware {
            TraceMiddleware()
            MetricsMiddleware()
            AccessLogMiddleware()
            AuditMiddleware()
            DashboardRedirectMiddleware()
            CreateHistoryMiddleware(history: dashboard.creates)
            ErrorMiddleware()
            if let apiKeys { APIKeyMiddleware(keys: apiKeys, openPaths: DashboardRoutes.openPaths.union(["/healthz", "/readyz"])) }
            RequestRulesMiddleware()
        }
        Self.add("/healthz", [.get: health.health], to: router)
        Self.add("/readyz", [.get: health.readiness], to: router)
        Self.add("/stacks", [.get: stacks.list, .post: stacks.create, .delete: stacks.deleteMany], to: router)
        Self.add("/stacks/events", [.get: events.stream], to: router)
        Self.add("/stacks/{stack_id}", [.get: stacks.show, .delete: stacks.delete], to: router)
        Self.add("/stacks/{stack_id}/status", [.get: stacks.status], to: router)
        Self.add("/stacks/{stack_id}/renew", [.post: stacks.renew], to: router)
        Self.add("/stacks/{stack_id}/events", [.get: stacks.events], to: router)
        Self.add("/stacks/{stack_id}/logs", [.get: stacks.logs], to: router)
        Self.add("/users/{user_id}/stacks", [.get: stacks.listOfUser], to: router)
        Self.add("/stats", [.get: stacks.stats], to: router)
        dashboard.addDashboard(to: router)
        if let metrics { Self.add("/metrics", [.get: metrics.metrics], to: router) }
        return router
    }

    typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    /// Every method that the HTTP parser accepts.
    private static let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
        "ACL", "BIND", "CHECKOUT", "COPY", "LINK", "LOCK", "M-SEARCH", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY",
        "PROPFIND", "PROPPATCH", "PURGE", "QUERY", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK",
        "UNSUBSCRIBE",
    ].compactMap { HTTPRequest.Method($0) }

    /// Adds a path with its methods, and HEAD if there is GET. Any other method gets a 405 with the allowed methods.
    static func add(_ path: RouterPath, _ handlers: [HTTPRequest.Method: Handler], to router: Router<APIContext>) {
        var handlers = handlers
        // The access log middleware removes the body.
        handlers[.head] = handlers[.get]
        let allowed = handlers.keys.map(\.rawValue).sorted().joined(separator: ", ")
        for method in methods {
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
    /// The framework's storage for a request.
    package var coreContext: CoreRequestContextStorage
    private let channel: any Channel
    /// Facts for the log lines of the request.
    let audit = AuditNotes()

    /// The address of the client or of the last proxy; nil if the connection is closed.
    var remoteAddress: String? { channel.remoteAddress?.ipAddress }

    /// Called by the framework for each request.
    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Sends a 100 response to a client that waits for it. To be called before the body is read.
    func wantBody() {
        channel.triggerUserOutboundEvent(BodyIsWanted(), promise: nil)
    }

    /// Closes the connection, and with it a response that is being written.
    func closeConnection() { channel.close(promise: nil) }

    /// Lets the connection end when the client has acknowledged nothing of what was sent for half a minute: one that is lost without a word
    /// would be kept for a quarter of an hour.
    func closeWhenUnacknowledged() {
        #if os(Linux)
        _ = channel.setOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)), value: 30_000)
        #endif
    }

    /// Calls `receive` when the client goes away or the service begins to end, until the end of the response was written.
    func watchAnswer(_ receive: @escaping @Sendable (AnswerWatch.Report) -> Void) {
        channel.triggerUserOutboundEvent(AnswerWatch(receive: receive), promise: nil)
    }
}
