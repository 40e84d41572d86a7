import HTTPTypes
package import Hummingbird

/// The text of `GET /metrics`.
package struct MetricsText: Sendable {
    package var text: String
    package var contentType: String

    package init(text: String, contentType: String) {
        self.text = text
        self.contentType = contentType
    }
}

/// Returns the metrics of this moment.
/// - Parameter accept: the client's `Accept` header, which chooses the format.
package typealias MetricsSource = @Sendable (_ accept: String?) async -> MetricsText

/// The endpoint of Prometheus.
struct MetricsRoutes {
    let source: MetricsSource

    var table: [Route] {
        let contents = ["text/plain", "application/openmetrics-text"].map { Reply.Content(mediaType: $0, schema: .string()) }
        return [
            Route(
                operation: Operation(
                    method: .get,
                    path: "/metrics",
                    id: "metrics",
                    tag: .operation,
                    summary: "Returns the metrics of this process, in the format that Accept chooses.",
                    replies: [Reply(.ok, "the metrics", contents)]
                ),
                handler: metrics
            )
        ]
    }

    func metrics(_ request: Request, _ context: APIContext) async throws -> Response {
        let metrics = await source(request.headers[.accept])
        return Response(
            status: .ok,
            headers: [.contentType: metrics.contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text))
        )
    }
}

/// The server at `METRICS_ADDR`: the metrics without an API key, and nothing else.
package struct MetricsAPI {
    private let routes: MetricsRoutes

    package init(source: @escaping MetricsSource) { routes = MetricsRoutes(source: source) }

    /// Returns the routes.
    package func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.addMiddleware {
            AccessLogMiddleware()
            ErrorMiddleware()
            RequestRulesMiddleware()
        }
        router.add(routes.table)
        return router
    }
}
