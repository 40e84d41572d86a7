import HTTPTypes
import Stacks

extension StackRoutes {
    var stackRoutes: [Route] {
        [
            Route(
                operation: Operation(
                    method: .get,
                    path: "/stacks/{stack_id}",
                    id: "showStack",
                    tag: .stacks,
                    summary: "Returns a stack.",
                    parameters: [Self.stackID],
                    replies: [.json(.ok, "the stack", Schemas.stack)],
                    codes: .read + [.stackNotFound]
                ),
                handler: show
            ),
            Route(
                operation: Operation(
                    method: .get,
                    path: "/stacks/{stack_id}/status",
                    id: "showStatus",
                    tag: .stacks,
                    summary: "Returns the status of a stack, at once or at its next change.",
                    parameters: [
                        Self.stackID,
                        .query(
                            "wait",
                            .string(pattern: Schemas.duration).example("20s"),
                            "respond at the next change, at the latest after this time; 60s is the longest"
                        ),
                        .query("for", .choice(["ready"]), "with wait: respond when the stack is ready, or cannot become ready any more"),
                    ],
                    replies: [.json(.ok, "the status", Schemas.status)],
                    codes: .read + [.stackNotFound]
                ),
                handler: status
            ),
        ]
    }

    var changeRoutes: [Route] {
        [
            Route(
                operation: Operation(
                    method: .post,
                    path: "/stacks/{stack_id}/renew",
                    id: "renewStack",
                    tag: .stacks,
                    summary: "Moves the end of a stack. Safe to repeat: the end never becomes earlier.",
                    parameters: [Self.stackID],
                    body: Operation.Body(schema: Schemas.renewRequest.reference, isRequired: false, text: "none for STACK_TTL from now"),
                    replies: [.json(.ok, "the stack with its new end", Schemas.stack)],
                    codes: .read + [.stackNotFound, .renewalTooEarly, .lifetimeExhausted]
                ),
                handler: renew
            ),
            Route(
                operation: Operation(
                    method: .delete,
                    path: "/stacks/{stack_id}",
                    id: "deleteStack",
                    tag: .stacks,
                    summary: "Deletes a stack, and responds once its Pod and Service are gone.",
                    parameters: [Self.stackID, Self.prefer("respond-async: respond at once")],
                    replies: [
                        .json(.ok, "Pod and Service are gone", Schemas.deleted, headers: [.preferenceApplied]),
                        .json(
                            .accepted,
                            "no read shows the stack, and its removal goes on",
                            Schemas.deleted,
                            headers: [.preferenceApplied]
                        ),
                    ],
                    codes: .delete + [.stackNotFound]
                ),
                handler: delete
            ),
        ]
    }
}
