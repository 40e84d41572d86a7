import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// The service's API; an answer that is no success ends the benchmark.
struct API: Sendable {
    var base: String

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 128
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// - Returns: the id of the stack.
    func create(user: Int, problem: Int, ports: Int = 1, prefer: String? = nil) async throws -> String {
        struct Created: Decodable {
            var stack_id: String
        }
        let list = (0..<ports).map { #"{"container_port":\#(8080 + $0)}"# }.joined(separator: ",")
        let spec = CreateBenchmark.spec(ports: ports)
        let body = #"{"user_id":\#(user),"problem_id":\#(problem),"target_port":[\#(list)],"pod_spec":"\#(spec)"}"#
        return try JSONDecoder().decode(Created.self, from: try await send("POST", "/stacks", body: body, prefer: prefer)).stack_id
    }

    @discardableResult
    func send(_ method: String, _ path: String, body: String? = nil, prefer: String? = nil) async throws -> Data {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method)
        if let prefer { request.headers.add(name: "Prefer", value: prefer) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await Self.client.execute(request, timeout: .seconds(120))
        let data = Data(buffer: try await response.body.collect(upTo: 64 << 20))
        guard response.status.code < 300 else {
            print("error: \(method) \(path): \(response.status.code) \(String(decoding: data, as: UTF8.self))")
            exit(1)
        }
        return data
    }
}
