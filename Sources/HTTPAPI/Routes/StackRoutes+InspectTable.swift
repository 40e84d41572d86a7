import HTTPTypes
import Stacks

extension StackRoutes {
    var inspectRoutes: [Route] {
        let text = Reply.Content(mediaType: "text/plain", schema: .string())
        return [
            Route(
                operation: Operation(
                    method: .get,
                    path: "/stacks/{stack_id}/events",
                    id: "listEvents",
                    tag: .stacks,
                    summary: "Lists the Kubernetes events of a stack's Pod and Service, oldest first.",
                    parameters: [Self.stackID],
                    replies: [.json(.ok, "the events", Schemas.eventList)],
                    codes: .cluster + [.stackNotFound, .tooManyReads]
                ),
                handler: events
            ),
            Route(
                operation: Operation(
                    method: .get,
                    path: "/stacks/{stack_id}/logs",
                    id: "showLog",
                    tag: .stacks,
                    summary: "Returns the end of a container's log, at most 1 MiB.",
                    parameters: [
                        Self.stackID,
                        .query("container", .string(), "the name of a container of the spec; without it the first one"),
                        .query("tail", .integer(1, 10_000), "the number of lines; 200 without it"),
                    ],
                    replies: [Reply(.ok, "the last lines", [text], headers: [.noStore, .noSniff])],
                    codes: .cluster + [.stackNotFound, .logsNotReady, .tooManyReads]
                ),
                handler: logs
            ),
        ]
    }
}
