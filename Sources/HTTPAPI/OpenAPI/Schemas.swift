import PodPolicy
import Stacks

/// The schemas of the bodies. Each is held to its encoder or decoder by tests.
enum Schemas {
    /// Every schema that the document has below `components`.
    static func components(requireOwner: Bool) -> [Schema.Component] {
        [
            createRequest(requireOwner: requireOwner), exposedPort, renewRequest, createdStack, stack, port, warning, status, stackList,
            stackPage,
            userStacks, deleted, marked, stats, eventList, event, health, readiness, dependency, error, problem,
        ]
    }

    static let stackID = Schema.string("the id of the stack", pattern: "^stack-[0-9a-f]{16}$").example("stack-82c2199c92d32586")
    static let ownerID = Schema.integer(1, .max)
    static let portNumber = Schema.integer(1, 65535)
    private static let time = Schema.string("RFC 3339, in UTC", format: "date-time")
    private static let transport = Schema.choice(TransportProtocol.allCases.map(\.rawValue))
    private static let egress = Schema.choice(Egress.allCases.map(\.rawValue), "what the stack may connect to")
    static let stackStatus = Schema.choice(StackStatus.allCases.map(\.rawValue))
    /// A duration as Go writes it.
    static let duration = #"^(0|\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$"#

    // MARK: Requests

    static func createRequest(requireOwner: Bool) -> Schema.Component {
        let id = requireOwner ? ownerID : ownerID.orNull
        let ports = Schema.any(
            of: [portNumber, .array(of: exposedPort.reference, count: 1...Int64(StackRecord.maximumPorts))],
            "the one container port that the Pod exposes, or the list of all of them, each of which may stand once"
        )
        let value = Schema.string(pattern: #"^[^\u0000]*$"#)
        let environment = Schema.map(
            to: value,
            keys: "^[A-Za-z_][A-Za-z0-9_]*$",
            maximumCount: Int64(PodEnvironment.maximumCount),
            "variables of every container, taken literally; names and values have at most \(PodEnvironment.maximumSize) bytes in all"
        )
        let schema = Schema.object(
            requireOwner ? nil : "Both user_id and problem_id may be left out: the stack belongs to nobody then. One alone is refused.",
            [
                .init("user_id", id, isRequired: requireOwner),
                .init("problem_id", id, isRequired: requireOwner),
                .init("target_port", ports),
                .init("pod_spec", .string("YAML or JSON text of one Pod")),
                .init("env", environment.orNull, isRequired: false),
                .init("egress", egress.orNull, isRequired: false),
            ]
        )
        return Schema.Component(name: "CreateRequest", schema: schema.example(exampleCreate))
    }

    static let exposedPort = Schema.Component(
        name: "ExposedPort",
        schema: .object([.init("container_port", portNumber), .init("protocol", transport.orNull, isRequired: false)], isClosed: true)
    )

    static let renewRequest = Schema.Component(
        name: "RenewRequest",
        schema: .object([
            .init(
                "ttl",
                .string("the requested life from now, at least 1s; without it STACK_TTL", pattern: duration).example("1h").orNull,
                isRequired: false
            )
        ])
    )

    /// A create that every installation accepts whose limits are the default ones.
    static let exampleCreate: OrderedJSON = [
        "user_id": 101, "problem_id": 1001, "target_port": 8080,
        "pod_spec": .string(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: challenge
            spec:
              containers:
                - name: web
                  image: nginxinc/nginx-unprivileged:1.29-alpine
                  ports:
                    - containerPort: 8080
                  resources:
                    limits:
                      cpu: 50m
                      memory: 32Mi

            """
        ),
    ]

    // MARK: Stacks

    private static let stackProperties: [Schema.Property] = [
        .init("stack_id", stackID),
        .init("user_id", ownerID.orNull),
        .init("problem_id", ownerID.orNull),
        .init("pod_id", .string("the name of the Pod")),
        .init("namespace", .string()),
        .init("node_id", .string("the name of the node").orNull),
        .init("node_public_ip", .string("the ExternalIP of the node").orNull),
        .init("pod_spec", .string("YAML of the Pod that was created")),
        .init("target_port", portNumber),
        .init("node_port", portNumber.orNull),
        .init("ports", .array(of: port.reference, count: 1...Int64(StackRecord.maximumPorts), "in the order of the request")),
        .init("service_name", .string()),
        .init("egress", egress),
        .init("status", stackStatus),
        .init("ready", .boolean("true once every container is ready")),
        .init("reason", .string("one word for the status").orNull),
        .init("message", .string("a sentence for the status").orNull),
        .init("ttl_expires_at", time),
        .init("created_at", time),
        .init("updated_at", time),
        .init("requested_cpu_milli", .integer(0)),
        .init("requested_memory_bytes", .integer(0)),
    ]

    static let stack = Schema.Component(name: "Stack", schema: .object("One running instance of one problem.", stackProperties))

    static let createdStack = Schema.Component(
        name: "CreatedStack",
        schema: .object(
            "A stack, and what its Pod does not get as the spec says.",
            stackProperties + [.init("warnings", .array(of: warning.reference))]
        )
    )

    static let port = Schema.Component(
        name: "Port",
        schema: .object([.init("container_port", portNumber), .init("protocol", transport), .init("node_port", portNumber.orNull)])
    )

    static let warning = Schema.Component(
        name: "Warning",
        schema: .object([.init("path", .string("the path in the Pod spec")), .init("message", .string())])
    )

    static let status = Schema.Component(
        name: "StackStatus",
        schema: .object([
            .init("stack_id", stackID),
            .init("status", stackStatus),
            .init("ready", .boolean("true once every container is ready")),
            .init("ttl", time),
            .init("node_port", portNumber.orNull),
            .init("target_port", portNumber),
            .init("ports", .array(of: port.reference)),
            .init("node_public_ip", .string().orNull),
            .init("reason", .string().orNull),
            .init("message", .string().orNull),
        ])
    )
}
