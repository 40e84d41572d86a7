package import Hummingbird
import NIOCore
package import Stacks

#if os(Linux)
import Glibc
#endif

/// The HTTP API: every route of the contract, on one router and in one document.
package struct API {
    /// Every route, with its description.
    let routes: [Route]
    /// The document at `/openapi.json`.
    let document: OpenAPIDocument
    private let apiKeys: APIKeys?
    private let dashboard: DashboardRoutes

    /// - Parameters:
    ///   - version: the version of the program, for the description.
    ///   - dependencies: the dependencies that `GET /readyz` checks.
    ///   - apiKeys: the accepted keys; nil for no check.
    ///   - metrics: the source of `GET /metrics`; nil if it is served elsewhere.
    ///   - readinessTimeout: the time after which `GET /readyz` reports a dependency as unavailable.
    ///   - eventLimits: bounds of `GET /stacks/events`.
    ///   - now: the clock by which a result of `GET /readyz` is valid for a second.
    ///   - sleep: the clock of the timeout.
    package init(
        service: StackService,
        version: String,
        dependencies: [Dependency],
        apiKeys: APIKeys?,
        metrics: MetricsSource? = nil,
        readinessTimeout: Duration = .seconds(5),
        eventLimits: EventLimits = EventLimits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        let hub = EventHub(changes: service.changes, maximumConsumers: eventLimits.consumers)
        let health = HealthRoutes(
            readiness: Readiness(dependencies: dependencies, timeout: readinessTimeout, now: now, sleep: sleep)
        )
        let described =
            StackRoutes(service: service).table + EventRoutes(hub: hub, limits: eventLimits, sleep: sleep).table + health.table
            + (metrics.map { MetricsRoutes(source: $0).table } ?? [])
        document = OpenAPIDocument(
            operations: described.map(\.operation) + DescriptionRoutes.operations,
            components: Schemas.components(requireOwner: service.settings.requireOwner),
            version: version
        )
        routes = described + DescriptionRoutes(document).table
        dashboard = DashboardRoutes(service: service, creates: CreateHistory())
        self.apiKeys = apiKeys
    }

    /// Returns the routes with their middleware: access log, errors, API key, rules for all requests.
    package func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        let (closed, open) = (routes.filter(\.operation.needsKey), routes.filter { !$0.operation.needsKey })
        let openPaths = DashboardRoutes.openPaths.union(open.map(\.operation.path)).subtracting(closed.map(\.operation.path))
        router.addMiddleware {
            TraceMiddleware()
            MetricsMiddleware()
            AccessLogMiddleware()
            AuditMiddleware()
            DashboardRedirectMiddleware()
            CreateHistoryMiddleware(history: dashboard.creates)
            ErrorMiddleware()
            if let apiKeys { APIKeyMiddleware(keys: apiKeys, openPaths: openPaths) }
            RequestRulesMiddleware()
        }
        router.add(routes)
        dashboard.addDashboard(to: router)
        return router
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
