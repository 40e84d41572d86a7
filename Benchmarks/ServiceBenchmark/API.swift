import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix

/// A server's API. A response that is no success is thrown.
struct API: Sendable {
    var base: String

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 700
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// - Returns: the id of the stack.
    func create(_ number: Int, spec: String = smallSpec, prefer: String? = nil) async throws -> String {
        struct Created: Decodable {
            var stack_id: String
        }
        let owner = #""user_id":\#(number / 5 + 1),"problem_id":\#(number % 5 + 1)"#
        let body = #"{\#(owner),"target_port":[{"container_port":8080}],"pod_spec":"\#(spec)"}"#
        return try JSONDecoder().decode(Created.self, from: try await send("POST", "/stacks", body: body, prefer: prefer)).stack_id
    }

    func delete(_ id: String, prefer: String? = nil) async throws { try await send("DELETE", "/stacks/\(id)", prefer: prefer) }

    @discardableResult
    func send(_ method: String, _ path: String, body: String? = nil, prefer: String? = nil) async throws -> Data {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method)
        if let prefer { request.headers.add(name: "Prefer", value: prefer) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await Self.client.execute(request, timeout: .seconds(120))
        let data = Data(buffer: try await response.body.collect(upTo: 64 << 20))
        guard response.status.code < 300 else {
            throw Failure("\(method) \(path): \(response.status.code) \(String(decoding: data, as: UTF8.self))")
        }
        return data
    }

    /// The time until the first bytes of the body.
    func firstByte(_ path: String) async throws -> Duration {
        let began = ContinuousClock.now
        let response = try await Self.client.execute(HTTPClientRequest(url: base + path), timeout: .seconds(120))
        var first: ContinuousClock.Instant?
        for try await _ in response.body where first == nil { first = .now }
        return (first ?? .now) - began
    }

    /// Calls `onChunk` with each part of an endless body, until the task is cancelled.
    func follow(_ path: String, _ onChunk: (String) async -> Void) async throws {
        let response = try await Self.client.execute(HTTPClientRequest(url: base + path), timeout: .hours(1))
        await onChunk("")
        for try await chunk in response.body { await onChunk(String(buffer: chunk)) }
    }

    func isReady() async throws -> Bool {
        do {
            return try await Self.client.execute(HTTPClientRequest(url: base + "/readyz"), timeout: .seconds(5)).status == .ok
        } catch  where error is HTTPClientError || error is NIOConnectionError || error is IOError {
            return false
        }
    }

    /// As small as a Pod can be, so that many fit.
    static let smallSpec = spec("resources: {limits: {cpu: 1m, memory: 4Mi, ephemeral-storage: 1Mi}}")

    /// - Parameters:
    ///   - container: further fields of the container, in flow style and without double quotes.
    ///   - pod: further fields of the Pod's spec, with a comma after each.
    static func spec(_ container: String, pod: String = "") -> String {
        "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {\(pod)containers: [{name: web, image: 'ctf.local/challenge:1', "
            + "ports: [{containerPort: 8080}], \(container)}]}}"
    }
}
