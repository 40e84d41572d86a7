import CoreMetrics
import HTTPTypes
import Hummingbird

/// Counts requests and their duration by route, method and status. The label of a route is its pattern, never a path.
struct MetricsMiddleware: RouterMiddleware {
    /// Methods beyond these count as `OTHER`: a client may choose any.
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "DELETE"]

    @concurrent func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        let response = try await next(request, context)
        let elapsed = (ContinuousClock.now - started).components
        let method = Self.methods.contains(request.method.rawValue) ? request.method.rawValue : "OTHER"
        let labels = [("route", route(context)), ("method", method)]
        Counter(label: "http_requests_total", dimensions: labels + [("status", "\(response.status.code)")]).increment()
        Timer(label: "http_request_duration_seconds", dimensions: labels)
            .recordNanoseconds(elapsed.seconds &* 1_000_000_000 &+ elapsed.attoseconds / 1_000_000_000)
        return response
    }

    /// Returns the pattern of the route; Hummingbird's name for none is no path.
    private func route(_ context: APIContext) -> String {
        guard let path = context.endpointPath, path.hasPrefix("/") else { return "unmatched" }
        return path
    }
}
