import PodPolicy

extension Schemas {
    static let stackList = Schema.Component(
        name: "StackList",
        schema: .object([.init("stacks", .array(of: stack.reference, "oldest first"))])
    )

    static let stackPage = Schema.Component(
        name: "StackPage",
        schema: .object(
            "The list with `limit`.",
            [
                .init("stacks", .array(of: stack.reference, "oldest first")),
                .init("next_cursor", .string("the cursor of the next page; null on the last one").orNull),
            ]
        )
    )

    static let userStacks = Schema.Component(
        name: "UserStacks",
        schema: .object([.init("user_id", ownerID), .init("stacks", .array(of: stack.reference, "oldest first"))])
    )

    static let deleted = Schema.Component(
        name: "Deleted",
        schema: .object([.init("deleted", .boolean("true once Pod and Service are gone")), .init("stack_id", stackID)])
    )

    static let marked = Schema.Component(
        name: "Marked",
        schema: .object([.init("marked", .integer(0, nil, "the number of stacks that are being deleted from now on"))])
    )

    static let stats = Schema.Component(
        name: "Stats",
        schema: .object([
            .init("total_stacks", .integer(0)),
            .init("active_stacks", .integer(0, nil, "those that are creating or running")),
            .init("node_distribution", .map(to: .integer(0), "the number of stacks by name of the node")),
            .init("used_node_ports", .integer(0, nil, "with those of stacks that are being deleted")),
            .init("reserved_cpu_milli", .integer(0)),
            .init("reserved_memory_bytes", .integer(0)),
        ])
    )

    static let eventList = Schema.Component(
        name: "EventList",
        schema: .object([.init("events", .array(of: event.reference, "oldest first"))])
    )

    static let event = Schema.Component(
        name: "Event",
        schema: .object(
            "A Kubernetes event of the Pod or the Service.",
            [
                .init("time", .string("the time of the last occurrence", format: "date-time").orNull),
                .init("type", .string("Normal or Warning").orNull),
                .init("reason", .string().orNull),
                .init("message", .string().orNull),
                .init("count", .integer()),
                .init("object", .string("such as Pod/stack-82c2199c92d32586").orNull),
            ]
        )
    )

    // MARK: Probes

    static let health = Schema.Component(name: "Health", schema: .object([.init("status", .choice(["ok"]))]))

    static let readiness = Schema.Component(
        name: "Readiness",
        schema: .object([
            .init("status", .choice(["ok", "unavailable"])),
            .init("dependencies", .map(to: dependency.reference, "the state of each dependency by its name")),
        ])
    )

    static let dependency = Schema.Component(
        name: "Dependency",
        schema: .object([
            .init("status", .choice(["ok", "unavailable"])), .init("message", .string("the reason, or a remark"), isRequired: false),
        ])
    )

    // MARK: Errors

    static let error = Schema.Component(
        name: "Error",
        schema: .object([
            .init("error", .string("a sentence that names the field or object")),
            .init("code", .string("the stable error code")),
            .init("details", .array(of: problem.reference, "of invalid_pod_spec: every problem of the spec"), isRequired: false),
            .init("stack_id", .string("of stack_exists: the stack that stands in the way"), isRequired: false),
            .init("retry", .boolean("of stack_exists: true if that stack is on its way out"), isRequired: false),
            .init("request_id", .string("of every 500: the id under which the log has the cause"), isRequired: false),
        ])
    )

    static let problem = Schema.Component(
        name: "Problem",
        schema: .object([
            .init("path", .string("the path in the Pod spec")),
            .init("code", .choice(PodSpecProblem.Code.allCases.map(\.rawValue))),
            .init("message", .string()),
            .init("line", .integer(1), isRequired: false),
            .init("column", .integer(1), isRequired: false),
        ])
    )
}
