import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Logging
import NIOCore
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// The API over a service of its own.
struct APIBench: Sendable {
    let client: any TestClientProtocol
    let service: StackBench
    let log: RecordingLog
    /// The description, to which every answer is held.
    let document: DocumentCheck
    let operations: [HTTPAPI.Operation]
    /// The paths that the router knows.
    let paths: [String]

    /// What a test may want to be different.
    struct Options: Sendable {
        var setup = TestingSetup.router
        var service = StackBench.Options()
        var apiKey: String?
        var moreKeys: [APIKeys.Key] = []
        var dependencies: [Dependency] = []
        var maximumConnections = 4096
        var limits = ConnectionState.TimeLimits()
        var eventLimits = EventLimits()
        var now: @Sendable () -> ContinuousClock.Instant = { .now }
        var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    }
}

/// What was answered.
struct Answer: Sendable {
    var status: Int
    var headers: HTTPFields
    var text: String
    var body: JSON

    var code: String? { body["code"]?.string }
    var error: String { body["error"]?.string ?? "" }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

func withAPI(_ options: APIBench.Options = APIBench.Options(), _ body: @escaping @Sendable (APIBench) async throws -> Void) async throws {
    try await withStackBench(options.service) { service in
        let api = API(
            service: service.service,
            version: "1.2.3",
            dependencies: options.dependencies,
            apiKeys: options.apiKey.map { APIKeys([APIKeys.Key(name: "API_KEY[1]", value: $0)] + options.moreKeys) },
            eventLimits: options.eventLimits,
            now: options.now,
            sleep: options.sleep
        )
        let log = RecordingLog(level: .debug)
        let router = api.router()
        let document = DocumentCheck(api.document)
        let operations = api.document.operations
        let paths = router.routes.map { $0.path.description }
        let application = Application(
            router: router,
            server: .api(maximumConnections: options.maximumConnections, limits: options.limits),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            logger: Logger(label: "test") { _ in log }
        )
        try await application.test(options.setup) { client in
            try await body(
                APIBench(client: client, service: service, log: log, document: document, operations: operations, paths: paths)
            )
        }
    }
}

extension APIBench {
    func send(_ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: ByteBuffer? = nil) async throws -> Answer {
        let response = try await client.execute(uri: path, method: method, headers: headers, body: body)
        let data = Data(response.body.readableBytesView)
        let answer = Answer(
            status: response.status.code,
            headers: response.headers,
            text: String(decoding: data, as: UTF8.self),
            body: data.isEmpty || response.headers[.contentType]?.hasPrefix("application/json") == false
                ? .null : try JSONDecoder().decode(JSON.self, from: data)
        )
        let problems = try document.problems(of: answer, to: method, path)
        #expect(problems == [], "\(method) \(path): \(answer.text)")
        return answer
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Answer { try await send(.get, path, headers: headers) }

    func post(_ body: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.post, "/stacks", headers: headers, body: ByteBuffer(string: body))
    }

    func create(user: Int = 101, problem: Int = 1001, headers: HTTPFields = [:]) async throws -> Answer {
        try await post(createBody(user: "\(user)", problem: "\(problem)"), headers: headers)
    }
}

/// The body of a create, of fields written as JSON; nil leaves one out.
func createBody(
    user: String? = "101",
    problem: String? = "1001",
    port: String? = "8080",
    spec: String? = jsonPodSpec,
    more: String? = nil
) -> String {
    let fields = [("user_id", user), ("problem_id", problem), ("target_port", port), ("pod_spec", spec)]
    let texts = fields.compactMap { name, value in value.map { "\"\(name)\":\($0)" } } + (more.map { [$0] } ?? [])
    return "{" + texts.joined(separator: ",") + "}"
}

/// The bench's Pod spec as a JSON string.
let jsonPodSpec = "\"" + samplePodSpec.replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
