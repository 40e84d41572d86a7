package import Logging

/// The request for which the present task works. Its log lines and the requests that it sends carry the ids.
package struct RequestTrace: Sendable, Equatable {
    package var context: TraceContext
    package var requestID: String

    package init(context: TraceContext, requestID: String) {
        self.context = context
        self.requestID = requestID
    }

    /// The request of this task and of its children; nil for work that no request began.
    @TaskLocal package static var current: RequestTrace?

    /// Adds the ids to each log line of the task.
    package static let metadataProvider = Logger.MetadataProvider { current?.metadata ?? [:] }

    package var metadata: Logger.Metadata { ["trace_id": "\(context.traceID)", "request_id": "\(requestID)"] }

    /// Returns the headers of a request to another service: the trace, with a span of its own for each request.
    package static func outgoingHeaders() -> [(name: String, value: String)] {
        guard let current else { return [] }
        var generator = SystemRandomNumberGenerator()
        return [("traceparent", current.context.child(using: &generator).traceparent)]
    }
}
