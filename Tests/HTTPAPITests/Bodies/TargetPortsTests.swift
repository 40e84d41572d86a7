import PodPolicy
import Stacks
import TestSupport
import Testing

@testable import HTTPAPI

/// The array form of `target_port`, `egress`, and bodies without an owner.
@Suite struct TargetPortsTests {
    private static func body(_ port: String, requireOwner: Bool = true, more: String? = nil) throws -> CreateRequest {
        let text = createBody(port: port, more: more)
        return try CreateBody(json: Array(text.utf8), requireOwner: requireOwner).request(idempotencyKey: "K")
    }

    private static func port(_ number: Int, _ transport: TransportProtocol = .tcp) -> ExposedPort {
        ExposedPort(containerPort: number, protocol: transport)
    }

    @Test(
        arguments: [
            ("8080", [port(8080)], false), ("[{\"container_port\":8080}]", [port(8080)], true),
            (
                "[ {\"container_port\":53,\"protocol\":\"UDP\"} , {\"protocol\":\"TCP\",\"container_port\":5.3e1} ]",
                [port(53, .udp), port(53)], true
            ),
            ("[{\"container_port\":1,\"protocol\":null},{\"container_port\":65535}]", [port(1), port(65535)], true),
        ] as [(String, [ExposedPort], Bool)]
    )
    func `a number and an array name ports`(text: String, ports: [ExposedPort], isArray: Bool) throws {
        let request = try Self.body(text)
        #expect(request.targetPorts == ports && request.isPortArray == isArray && request.egress == nil)
    }

    @Test func `24 ports are read, in their order`() throws {
        let ports = (0..<24).map { 1000 - $0 }
        let text = "[" + ports.map { "{\"container_port\":\($0)}" }.joined(separator: ",") + "]"
        #expect(try Self.body(text).targetPorts.map(\.containerPort) == ports)
    }

    @Test(arguments: [
        ("[]", "target_port: is an array of 0 ports; must be an integer within 1…65535, or an array of 1 to 24 objects"),
        ("[{\"container_port\":0}]", "target_port[0].container_port: is the number 0; must be an integer within 1…65535"),
        ("[{}]", "target_port[0].container_port: is missing; must be an integer within 1…65535"),
        (
            "[{\"container_port\":1},{\"container_port\":1,\"protocol\":\"tcp\"}]",
            "target_port[1].protocol: is a string; must be \"TCP\" or \"UDP\""
        ),
        ("[{\"container_port\":1},{\"container_port\":1}]", "target_port[1]: 1 TCP stands twice; must stand once"),
        ("[{\"container_port\":1},8080]", "target_port[1]: is no object; must be one with container_port and protocol"),
        ("[[]]", "target_port[0]: is no object; must be one with container_port and protocol"),
        ("[{\"container_port\":1,\"portocol\":\"UDP\"}]", "target_port[0].portocol: is unknown; must be container_port or protocol"),
        ("{\"container_port\":1}", "target_port: is an object; must be an integer within 1…65535, or an array"),
    ])
    func `a wrong array is refused: which element, what was found, what is allowed`(text: String, sentence: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(createBody(port: text))
            #expect(answer.status == 400 && answer.code == "invalid_request" && answer.error.hasPrefix(sentence), "\(answer.text)")
            #expect(api.service.cluster.count() == 0)
        }
    }

    @Test func `25 ports, or a hundred thousand of anything, are too many`() async throws {
        try await withAPI { api async throws in
            for (element, count) in [("{\"container_port\":1}", 25), ("1", 100_000), ("{}", 100_000)] {
                let text = "[" + Array(repeating: element, count: count).joined(separator: ",") + "]"
                let answer = try await api.post(createBody(port: text))
                #expect(answer.status == 400 && answer.error.hasPrefix("target_port: is an array of \(count) ports;"), "\(answer.text)")
            }
        }
    }

    @Test(arguments: [("\"none\"", Egress.none), ("\"internet\"", .internet)])
    func `egress is one of two words`(text: String, egress: Egress) throws {
        #expect(try Self.body("8080", more: "\"egress\":\(text)").egress == egress)
    }

    @Test(arguments: ["\"all\"", "true", "\"None\"", "[]"])
    func `another egress is refused`(text: String) async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(createBody(more: "\"egress\":\(text)"))
            #expect(answer.status == 400)
            #expect(answer.error.hasPrefix("egress: is ") && answer.error.hasSuffix("; must be \"none\" or \"internet\""), "\(answer.text)")
        }
    }

    @Test func `requests differ by ports and egress, and a plain one has the digest that it always had`() throws {
        let texts = [
            try Self.body("8080"), try Self.body("[{\"container_port\":8080}]"),
            try Self.body("[{\"container_port\":8080,\"protocol\":\"UDP\"}]"), try Self.body("8080", more: "\"egress\":\"none\""),
            try Self.body("8080", more: "\"egress\":\"internet\""),
        ].map { $0.idempotency?.digest }
        #expect(Set(texts).count == texts.count)
        let plain = try CreateBody(json: Array(createBody(spec: "\"x\"").utf8)).request(idempotencyKey: "K")
        // SHA-256 of "101 1001 8080 x".
        #expect(plain.idempotency?.digest == "27d035ec8cc13c2dc0f424c4c461604b0f9d37a7f25fd4bd927f0f92f54ff003")
    }

    @Test func `a body without an owner is read where owners are not required`() async throws {
        var options = APIBench.Options()
        options.service.settings.requireOwner = false
        try await withAPI(options) { api async throws in
            for body in [createBody(user: nil, problem: nil), createBody(user: "null", problem: "null")] {
                let answer = try await api.post(body)
                #expect(answer.status == 201, "\(answer.text)")
                #expect(answer.body["user_id"] == .some(.null) && answer.body["problem_id"] == .some(.null))
            }
            #expect(try await api.get("/stacks").body["stacks"]?.array.count == 2)
            for (body, missing) in [(createBody(user: nil), "user_id"), (createBody(problem: nil), "problem_id")] {
                let answer = try await api.post(body)
                #expect(answer.status == 400 && answer.error == "\(missing): is missing; must be a positive 64-bit integer")
            }
            #expect(try await api.create().status == 201, "an owner may still be named")
        }
    }
}

/// The field `env`.
@Suite struct EnvironmentFieldTests {
    private static func read(_ text: String) throws -> CreateRequest {
        try CreateBody(json: Array(createBody(more: "\"env\":\(text)").utf8)).request(idempotencyKey: "K")
    }

    @Test(
        arguments: [
            ("{}", [:]), ("null", [:]), (#"{"FLAG":"ctf{$(x)}","_a1":""}"#, ["FLAG": "ctf{$(x)}", "_a1": ""]),
            (#"{"A":"é\n"}"#, ["A": "é\n"]),
        ] as [(String, [String: String])]
    )
    func `variables are read literally`(text: String, expected: [String: String]) throws {
        #expect(try Self.read(text).environment == expected)
    }

    @Test(arguments: [
        ("[]", "env: is an array; must be an object of at most 32 names and texts, with 16384 bytes in all"),
        (#""secret""#, "env: is a string; must be an object"), (#"{"A":1234567}"#, "env.A: is a number; must be a text"),
        (#"{"1A":"secret"}"#, "env.1A: is no name of a variable"), (#"{"":"secret"}"#, "env.: is no name of a variable"),
        (#"{"A":"secret\u0000"}"#, "env.A: is a string; must be a text without the character U+0000"),
        (#"{"A":{"secret":1}}"#, "env.A: is an object; must be a text"), (#"{"A":"secret","A":"b"}"#, "env.A: occurs twice in the body"),
    ])
    func `a wrong environment is refused without showing a value`(text: String, sentence: String) {
        let error = #expect(throws: StackError.self) { _ = try Self.read(text) }
        #expect(error?.message.hasPrefix(sentence) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("secret") == false)
    }

    @Test func `32 variables and 16 KiB are the most`() throws {
        func object(_ count: Int, size: Int = 1) -> String {
            "{" + (0..<count).map { "\"V\($0)\":\"\(String(repeating: "x", count: size))\"" }.joined(separator: ",") + "}"
        }
        #expect(try Self.read(object(32)).environment.count == 32)
        #expect(throws: StackError.self) { _ = try Self.read(object(33)) }
        #expect(try Self.read(object(1, size: 16 * 1024 - 2)).environment.count == 1)
        #expect(throws: StackError.self) { _ = try Self.read(object(1, size: 16 * 1024 - 1)) }
    }

    @Test func `the answer shows the names and no value`() async throws {
        try await withAPI { api async throws in
            let answer = try await api.post(createBody(more: #""env":{"FLAG":"ctf{secret}"}"#))
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.body["pod_spec"]?.string?.contains("FLAG") == true)
            #expect(!answer.text.contains("secret"))
            #expect(try await !api.service.store.allRecords().contains { $0.podSpec.contains("secret") })
        }
    }
}
