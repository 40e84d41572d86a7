import CoreMetrics

/// What is counted of lists and watches, by resource.
enum WatchMetrics: String, CaseIterable {
    case lists = "kubernetes_client_lists_total"
    case failures = "kubernetes_client_watch_failures_total"
    case unreadable = "kubernetes_client_unreadable_objects_total"

    func increment(_ resource: String, by amount: Int = 1) {
        Counter(label: rawValue, dimensions: [("resource", resource)]).increment(by: amount)
    }

    /// Creates the series of a resource, so that its first event is a rise from 0.
    static func declare(_ resource: String) {
        for metric in allCases { metric.increment(resource, by: 0) }
    }
}
