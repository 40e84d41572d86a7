import HTTPTypes
import Stacks

extension StackRoutes {
    /// Every route of stacks. Each group is below.
    var table: [Route] { [createRoute] + listRoutes + stackRoutes + changeRoutes + inspectRoutes + sumRoutes }

    static let stackID = Operation.Parameter.path("stack_id", Schemas.stackID, "the id of the stack")
    static let userID = Operation.Parameter.query("user_id", Schemas.ownerID, "only the stacks of this user")
    static let problemID = Operation.Parameter.query("problem_id", Schemas.ownerID, "only the stacks of this problem")

    static func prefer(_ text: String) -> Operation.Parameter { .header("Prefer", .string(), text) }

    var createRoute: Route {
        let key = Schema.string(pattern: #"^[!-~]([ -~]{0,253}[!-~])?$"#)
        let headers = [
            Reply.Header(name: "Location", text: "the path of the stack"), .preferenceApplied,
            Reply.Header(name: "Warning", text: "the first eight warnings, as RFC 9111 writes them", isRequired: false),
        ]
        return Route(
            operation: Operation(
                method: .post,
                path: "/stacks",
                id: "createStack",
                tag: .stacks,
                summary: "Creates a stack.",
                text: "The response comes when the Pod has a node, unless Prefer asks for another moment.",
                parameters: [
                    .header("Idempotency-Key", key, "returns the stack of an earlier request with the same key and the same body"),
                    Self.prefer(
                        "respond-async: respond once the stack is reserved; wait=20: respond once it is ready, after 20 s at the latest"
                    ),
                ],
                body: Operation.Body(
                    schema: Schemas.createRequest(requireOwner: service.settings.requireOwner).reference,
                    isRequired: true,
                    text: "at most \(Self.maximumBodySize / 1024) KiB"
                ),
                replies: [
                    .json(.created, "the stack has a node", Schemas.createdStack, headers: headers),
                    .json(.ok, "the stack of an earlier request with this Idempotency-Key", Schemas.createdStack, headers: headers),
                    .json(.accepted, "the stack is reserved, and its creation goes on", Schemas.createdStack, headers: headers),
                ],
                codes: .create + [.stackNotFound]
            ),
            handler: create
        )
    }
}
