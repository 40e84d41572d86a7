import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// A caller of the service's API.
struct APIClient: Sendable {
    let base: String
    var client = APIClient.patient

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: JSON
        var text: String

        /// The `code` of an error.
        var code: String? { body["code"]?.string }
    }

    /// An AsyncHTTPClient of the tests' own: by default it opens 8 connections at most.
    static let patient = make(retriesConnections: true)

    /// A client that is told at once when nobody listens.
    static let impatient = make(retriesConnections: false)

    private static func make(retriesConnections: Bool) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = retriesConnections
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        // Hundreds at once, and the machine may be small.
        configuration.timeout.connect = .seconds(60)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func send(_ method: HTTPMethod, _ path: String, body: String? = nil, headers: [String: String] = [:]) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(request, timeout: .seconds(120))
        let buffer = try await response.body.collect(upTo: 64 << 20)
        let text = String(buffer: buffer)
        let isJSON = response.headers.first(name: "Content-Type")?.hasPrefix("application/json") ?? true
        let json = !isJSON ? .null : try JSONDecoder().decode(JSON.self, from: Data(buffer: buffer))
        return Answer(status: Int(response.status.code), headers: response.headers, body: json, text: text)
    }

    func get(_ path: String) async throws -> Answer { try await send(.GET, path) }

    func create(
        user: Int64,
        problem: Int64,
        port: Int = 8080,
        spec: String = Specs.small,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await create(user: user, problem: problem, targetPort: .number(Double(port)), spec: spec, headers: headers)
    }

    static func createBody(user: Int64, problem: Int64, port: Int = 8080, spec: String = Specs.small) throws -> String {
        try createBody(user: user, problem: problem, targetPort: .number(Double(port)), spec: spec, env: nil)
    }

    private static func createBody(user: Int64, problem: Int64, targetPort: JSON, spec: String, env: JSON?) throws -> String {
        var body: [String: JSON] = [
            "user_id": .number(Double(user)), "problem_id": .number(Double(problem)), "target_port": targetPort, "pod_spec": .string(spec),
        ]
        body["env"] = env
        return String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
    }

    /// Creates a stack with the array form of `target_port`.
    func create(user: Int64, problem: Int64, ports: [Int], headers: [String: String] = [:]) async throws -> Answer {
        let list = ports.map { JSON.object(["container_port": .number(Double($0))]) }
        return try await create(user: user, problem: problem, targetPort: .array(list), spec: Specs.spec(ports: ports), headers: headers)
    }

    /// - Parameter env: the value of the field `env`, if any.
    func create(
        user: Int64,
        problem: Int64,
        targetPort: JSON,
        spec: String,
        env: JSON? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        let text = try Self.createBody(user: user, problem: problem, targetPort: targetPort, spec: spec, env: env)
        return try await send(.POST, "/stacks", body: text, headers: headers)
    }

    func delete(_ id: String) async throws -> Answer { try await send(.DELETE, "/stacks/\(id)") }

    /// Asks for the status until it is no longer `creating`.
    func statusAfterStart(of id: String) async throws -> Answer {
        for _ in 0..<600 {
            let answer = try await get("/stacks/\(id)/status")
            if answer.body["status"]?.string != "creating" { return answer }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try await get("/stacks/\(id)/status")
    }
}

/// Any JSON.
enum JSON: Codable, Sendable, Equatable {
    case null, bool(Bool), number(Double), string(String), array([JSON]), object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value) where value == value.rounded(): try container.encode(Int64(value))
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    subscript(key: String) -> JSON? {
        guard case .object(let fields) = self else { return nil }
        return fields[key]
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }
    var int: Int? { if case .number(let value) = self { Int(value) } else { nil } }
    var array: [JSON] { if case .array(let value) = self { value } else { [] } }
    var keys: Set<String> { if case .object(let value) = self { Set(value.keys) } else { [] } }
}
