import CoreMetrics

/// Counts attempts to DynamoDB and their duration, by operation and outcome. A retried operation counts once for each attempt.
enum RequestMetrics {
    static func record(_ operation: String, code: String, since started: ContinuousClock.Instant) {
        let elapsed = (ContinuousClock.now - started).components
        Counter(label: "dynamodb_client_requests_total", dimensions: [("operation", operation), ("code", code)]).increment()
        // An attempt takes seconds at most.
        Timer(label: "dynamodb_client_request_duration_seconds", dimensions: [("operation", operation)])
            .recordNanoseconds(elapsed.seconds &* 1_000_000_000 &+ elapsed.attoseconds / 1_000_000_000)
    }
}
