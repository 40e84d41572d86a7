import FoundationEssentials
import NIOCore
import PodPolicy
import TestSupport
import Testing

@testable import HTTPAPI
@testable import Stacks

@Suite struct SchemaTests {
    private static let stack = Stack(
        record: .sample(1),
        status: .running,
        reason: "Starting",
        message: "a message",
        nodePublicIP: "203.0.113.1",
        isReady: true
    )
    private static let problem = PodSpecProblem(path: "spec", code: .notAllowed, message: "must not be set", line: 1, column: 2)
    private static let event = StackEvent(
        time: Date(microseconds: 1),
        type: "Normal",
        reason: "Pulled",
        message: "m",
        count: 1,
        object: "Pod/x"
    )
    /// A body of each component that is written, with every key that it can have.
    private static func bodies() throws -> [String: [UInt8]] {
        func text(_ body: some Encodable) throws -> [UInt8] { Array(try JSONEncoder.api.encode(body)) }
        func text(_ body: some JSONWritable) -> [UInt8] { Array(JSONWriter.buffer(of: body).readableBytesView) }
        let error = ErrorBody(
            error: "a sentence",
            code: "stack_exists",
            details: [ProblemBody(problem)],
            stackID: StackID.numbered(1).description,
            retry: true,
            requestID: "id"
        )
        return [
            "Stack": text(StackBody(stack)),
            "CreatedStack": text(
                CreatedBody(CreateOutcome(stack: stack, isReplay: false, warnings: [PodSpecWarning(path: "spec", message: "m")]))
            ),
            "Port": text(PortBody(stack.record.ports[0])),
            "Warning": text(CreatedBody.Warning(path: "spec", message: "m")),
            "StackStatus": text(StatusBody(stack)),
            "StackList": JSONWriter.Pieces("stacks", [StackBody(stack)]).flatMap { Array($0.readableBytesView) },
            "StackPage": text(StackPageBody(page: StackPage(stacks: [stack], next: StackCursor(stack.record)))),
            "UserStacks": text(UserStacksBody(userID: 1, stacks: [stack])),
            "Deleted": try text(DeletedBody(deleted: true, stackID: stack.record.id.description)),
            "Marked": try text(MarkedBody(marked: 1)),
            "Stats": try text(StatsBody(StackStats())),
            "EventList": try text(EventListBody(events: [EventBody(event)])),
            "Event": try text(EventBody(event)),
            "Health": try text(["status": "ok"]),
            "Readiness": try text(ReadinessBody(status: "ok", dependencies: ["store": .init(status: "unavailable", message: "m")])),
            "Dependency": try text(ReadinessBody.State(status: "unavailable", message: "m")),
            "Error": try text(error),
            "Problem": try text(ProblemBody(problem)),
        ]
    }

    private static let components = Schemas.components(requireOwner: true)
    private static let check = SchemaCheck(
        components: Dictionary(components.map { ($0.name, $0.schema.json) }) { first, _ in first },
        isStrict: true
    )

    @Test(arguments: components.map(\.name).filter { !["CreateRequest", "ExposedPort", "RenewRequest"].contains($0) })
    func `a body has the keys of its schema and no other`(name: String) throws {
        let body = try #require(try Self.bodies()[name])
        let schema = try #require(Self.check.components[name])
        let json = try JSONDecoder().decode(JSON.self, from: Data(body))
        #expect(try Self.check.problems(of: json, schema) == [])
        #expect(json.keys == Set(schema["properties"]?.fields.map(\.name) ?? []))
    }

    private static let values = [
        "null", "true", "0", "1", "65535", "65536", "-1", "1.5", "1e2", #""x""#, #""none""#, #""internet""#, "[]", "{}", "[{}]", "[1]",
        #"[{"container_port":1}]"#, #"[{"container_port":0}]"#, #"[{"container_port":65536}]"#, #"[{"container_port":"1"}]"#,
        #"[{"container_port":1,"protocol":"UDP"}]"#, #"[{"container_port":1,"protocol":"SCTP"}]"#,
        #"[{"container_port":1,"protocol":null}]"#, #"[{"container_port":1,"host_port":1}]"#, #"{"A":"b"}"#, #"{"_a1":""}"#, #"{"1A":"b"}"#,
        #"{"":"b"}"#, #"{"A-B":"b"}"#, #"{"A":1}"#, #"{"A":null}"#, #"{"A":"\u0000"}"#, ports(24), ports(25), variables(32), variables(33),
    ]

    private static func ports(_ count: Int) -> String {
        "[" + (1...count).map { "{\"container_port\":\($0)}" }.joined(separator: ",") + "]"
    }

    private static func variables(_ count: Int) -> String { "{" + (1...count).map { "\"A\($0)\":\"\"" }.joined(separator: ",") + "}" }

    @Test(arguments: ["user_id", "problem_id", "target_port", "pod_spec", "env", "egress", "unknown"])
    func `the service reads the bodies of a create that the schema allows, and no other`(name: String) throws {
        let schema = try #require(Self.check.components["CreateRequest"])
        let fields = ["user_id": "1", "problem_id": "1", "target_port": "8080", "pod_spec": #""x""#]
        let check = SchemaCheck(components: Self.check.components)
        for value in Self.values + [nil] {
            var changed = fields
            changed[name] = value
            let text = "{" + changed.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
            let problems = try check.problems(of: JSONDecoder().decode(JSON.self, from: Data(text.utf8)), schema)
            let isRead: Bool
            do {
                _ = try CreateBody(json: Array(text.utf8))
                isRead = true
            } catch let error as StackError {
                #expect(error.code == .invalidRequest)
                isRead = false
            }
            #expect(isRead == problems.isEmpty, "\(name) is \(value ?? "missing"): \(problems)")
        }
    }

    /// Durations under a second have the form of a duration, and are refused as too short.
    @Test(arguments: [
        nil, "null", "1", "true", #""""#, #""1h""#, #""1.5h""#, #""+2h""#, #""1h30m""#, #""60""#, #""-1h""#, #""1d""#, #""1 h""#,
        #""1µs1h""#,
        #"".h""#, "[]", "{}",
    ])
    func `the service reads the lives that the schema allows, and no other`(value: String?) throws {
        let text = "{" + (value.map { "\"ttl\":\($0)," } ?? "") + "\"unknown\":1}"
        let schema = try #require(Self.check.components["RenewRequest"])
        let check = SchemaCheck(components: Self.check.components)
        let problems = try check.problems(of: JSONDecoder().decode(JSON.self, from: Data(text.utf8)), schema)
        if problems.isEmpty {
            _ = try RenewBody(json: Array(text.utf8))
        } else {
            #expect(throws: StackError.self) { try RenewBody(json: Array(text.utf8)) }
        }
    }
}
