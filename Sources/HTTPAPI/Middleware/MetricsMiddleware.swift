import CoreMetrics
import HTTPTypes
import Hummingbird
import Stacks
import Synchronization

/// Counts requests and their duration by route, method and status. The label of a route is its pattern, never a path.
struct MetricsMiddleware: RouterMiddleware {
    private let metrics = RequestMetrics()

    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        let response = try await next(request, context)
        metrics.record(RequestMetrics.Kind(route: route(context), method: request.method, status: response.status.code), since: started)
        return response
    }

    /// Returns the pattern of the route; Hummingbird's name for none is no path.
    private func route(_ context: APIContext) -> String {
        guard let path = context.endpointPath, path.hasPrefix("/") else { return "unmatched" }
        return path
    }
}

/// The metrics of each kind of request that has come, kept because finding them by their labels takes longer than counting.
private final class RequestMetrics: Sendable {
    struct Kind: Hashable {
        var route: String
        var method: String
        var status: Int

        /// Methods beyond these count as `OTHER`: a client may choose any.
        private static let methods: Set<String> = ["GET", "HEAD", "POST", "DELETE"]

        init(route: String, method: HTTPRequest.Method, status: Int) {
            self.route = route
            self.method = Self.methods.contains(method.rawValue) ? method.rawValue : "OTHER"
            self.status = status
        }
    }

    private struct Metrics {
        var requests: Counter
        var duration: Timer

        init(_ kind: Kind) {
            let labels = [("route", kind.route), ("method", kind.method)]
            requests = Counter(label: "http_requests_total", dimensions: labels + [("status", "\(kind.status)")])
            duration = Timer(label: "http_request_duration_seconds", dimensions: labels)
        }
    }

    private let known = Mutex<[Kind: Metrics]>([:])

    func record(_ kind: Kind, since started: ContinuousClock.Instant) {
        let metrics = known.withLock { known in
            if let metrics = known[kind] { return metrics }
            let metrics = Metrics(kind)
            known[kind] = metrics
            return metrics
        }
        metrics.requests.increment()
        metrics.duration.record(since: started)
    }
}
