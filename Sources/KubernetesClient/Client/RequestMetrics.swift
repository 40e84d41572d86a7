import CoreMetrics
import NIOHTTP1

/// Counts requests to the API server and their time until the response head, by method, resource and status.
enum RequestMetrics {
    /// The resources that appear as a label. Any other would let a path choose the number of series.
    private static let resources: Set<String> = [
        "pods", "services", "nodes", "namespaces", "leases", "events", "networkpolicies", "runtimeclasses", "resourcequotas", "limitranges",
        "selfsubjectaccessreviews", "tokenreviews", "endpointslices", "log",
    ]

    static func record(_ request: Request, status: String, duration: Duration) {
        let labels = [("method", isWatch(request) ? "WATCH" : request.method.rawValue), ("resource", resource(of: request.path))]
        Counter(label: "kubernetes_client_requests_total", dimensions: labels + [("code", status)]).increment()
        Timer(label: "kubernetes_client_request_duration_seconds", dimensions: labels).recordNanoseconds(duration.nanoseconds)
    }

    /// Returns the resource that a path names: the subresource of a log, else the resource of the object or the list.
    /// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
    static func resource(of path: String) -> String {
        var segments = path.split(separator: "/")[...]
        // `/api/v1/…` or `/apis/GROUP/VERSION/…`
        segments = segments.dropFirst(segments.first == "apis" ? 3 : 2)
        // `namespaces/NAME` is an object itself, with anything behind it the place of another one.
        if segments.first == "namespaces", segments.count > 2 { segments = segments.dropFirst(2) }
        if segments.count > 2, segments.last == "log" { return "log" }
        guard let resource = segments.first, resources.contains(String(resource)) else { return "other" }
        return String(resource)
    }

    private static func isWatch(_ request: Request) -> Bool { request.query["watch"] != nil }
}

extension Duration {
    /// The duration in whole nanoseconds, clamped to 64 bits.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !isTooLong else { return seconds < 0 ? .min : .max }
        let (sum, overflows) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflows ? .max : sum
    }
}
