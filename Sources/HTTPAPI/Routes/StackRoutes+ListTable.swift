import HTTPTypes
import Stacks

extension StackRoutes {
    var listRoutes: [Route] {
        [
            Route(
                operation: Operation(
                    method: .get,
                    path: "/stacks",
                    id: "listStacks",
                    tag: .stacks,
                    summary: "Lists stacks, oldest first.",
                    text: "With limit, a walk by cursor shows every stack that exists from its begin to its end exactly once.",
                    parameters: [
                        Self.userID, Self.problemID,
                        .query("status", Schemas.stackStatus, "only the stacks that have this status now"),
                        .query("limit", .integer(1, 1000), "so many stacks; the response has next_cursor"),
                        .query("cursor", .string(pattern: "^[A-Za-z0-9_-]+$"), "the next_cursor of the page before, unchanged"),
                    ],
                    replies: [.json(.ok, "all stacks, or with limit a page of them", Schemas.stackList, Schemas.stackPage)],
                    codes: .read
                ),
                handler: list
            ),
            Route(
                operation: Operation(
                    method: .delete,
                    path: "/stacks",
                    id: "deleteStacks",
                    tag: .stacks,
                    summary: "Deletes every stack of a user, of a problem, or of both.",
                    text: "One of the parameters is needed, and no other is allowed. The removals go on by themselves.",
                    parameters: [Self.userID, Self.problemID],
                    replies: [.json(.accepted, "all of them are marked, and no read shows them any more", Schemas.marked)],
                    codes: .delete
                ),
                handler: deleteMany
            ),
            Route(
                operation: Operation(
                    method: .get,
                    path: "/users/{user_id}/stacks",
                    id: "listStacksOfUser",
                    tag: .users,
                    summary: "Lists the stacks of a user, oldest first.",
                    parameters: [.path("user_id", Schemas.ownerID, "the id of the user")],
                    replies: [.json(.ok, "the stacks", Schemas.userStacks)],
                    codes: .read
                ),
                handler: listOfUser
            ),
        ]
    }

    var sumRoutes: [Route] {
        [
            Route(
                operation: Operation(
                    method: .get,
                    path: "/stats",
                    id: "stats",
                    tag: .operation,
                    summary: "Returns sums over all stacks.",
                    replies: [.json(.ok, "the sums", Schemas.stats)],
                    codes: .read
                ),
                handler: stats
            )
        ]
    }
}
