import Hummingbird
import Stacks

/// The operators' page, its files, and the figures that its pictures need and no route of the API has.
struct DashboardRoutes {
    let service: StackService
    let creates: CreateHistory

    /// The paths without an API key: the page has no data, it asks for the key itself.
    static let openPaths = Set(DashboardFile.all.map(\.path))

    func addDashboard(to router: Router<APIContext>) {
        for file in DashboardFile.all { router.add(RouterPath(file.path), [.get: { request, _ in file.content.response(to: request) }]) }
        router.add("/dashboard/overview", [.get: overview])
    }

    private func overview(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(OverviewBody(limits: service.limits, creates: creates))
    }
}

/// The response to `GET /dashboard/overview`.
struct OverviewBody: Encodable {
    struct Budget: Encodable {
        var cpuMilli: Int64
        var memoryBytes: Int64

        enum CodingKeys: String, CodingKey {
            case cpuMilli = "cpu_milli"
            case memoryBytes = "memory_bytes"
        }
    }

    struct NodePorts: Encodable {
        var min: Int
        var max: Int
        var free: Int
    }

    struct Minute: Encodable {
        var time: String
        var created: Int
        /// Requests that were refused, by error code.
        var errors: [String: Int]
    }

    /// Names the process, of which `creates` are.
    var instance: String
    /// The amount that all stacks together may request; null until the cluster is known.
    @Nullable var budget: Budget?
    /// Null until the cluster is known, and where the service cannot read nodes.
    @Nullable var nodes: NodesBody?
    var nodePorts: NodePorts
    var creates: [Minute]

    enum CodingKeys: String, CodingKey {
        case instance, budget, nodes, creates
        case nodePorts = "node_ports"
    }

    init(limits: StackLimits, creates: CreateHistory) {
        instance = creates.instance
        budget = limits.budget.map { Budget(cpuMilli: max(0, $0.cpuMilli), memoryBytes: max(0, $0.memoryBytes)) }
        nodes = limits.nodes.map(NodesBody.init)
        nodePorts = NodePorts(min: limits.nodePorts.lowerBound, max: limits.nodePorts.upperBound, free: limits.freeNodePorts)
        self.creates = creates.minutes.map { Minute(time: $0.time.rfc3339, created: $0.created, errors: $0.errors) }
    }
}

/// Sends people who type a slash at the end to the page: relative addresses would be wrong there.
struct DashboardRedirectMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path == "/dashboard/", request.method == .get || request.method == .head else {
            return try await next(request, context)
        }
        return Response(status: .permanentRedirect, headers: [.location: "../dashboard", .cacheControl: "no-cache"])
    }
}
