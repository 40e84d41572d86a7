import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import Synchronization

/// Stands between a client and a DynamoDB endpoint: keeps every request, and lets tests answer, hold or lose some of them.
package final class Proxy: Sendable {
    /// A request that has come in.
    package struct Request: Sendable {
        /// Such as `Query`.
        package var operation: String
        package var body: JSON
    }

    /// What becomes of a request.
    package enum Fate: Sendable {
        /// It is passed on, and so is the answer.
        case forward
        /// It is passed on, and the connection is closed instead of an answer.
        case loseAnswer
        /// It is answered at once, with this JSON.
        case answer(status: Int, String)
    }

    private let upstream: String
    private let seen = Mutex<[Request]>([])
    private let decide = Mutex<@Sendable (Request) async -> Fate>({ _ in .forward })

    private init(upstream: String) {
        self.upstream = upstream
    }

    /// Every request so far.
    package var requests: [Request] { seen.withLock { $0 } }

    /// What the requests so far break of DynamoDB's rules, each once.
    package var violations: [String] {
        Set(requests.flatMap { RequestRules(operation: $0.operation, body: $0.body).violations }).sorted()
    }

    /// Forgets the requests so far.
    package func forget() { seen.withLock { $0 = [] } }

    /// Decides about every request from now on; it may take its time.
    package func setFate(_ decision: @escaping @Sendable (Request) async -> Fate) { decide.withLock { $0 = decision } }

    /// Runs a proxy on a free port while `body` runs.
    /// - Parameter body: is given the proxy and its URL.
    package static func with<Result: Sendable>(
        upstream: String,
        _ body: @escaping @Sendable (Proxy, String) async throws -> Result
    ) async throws -> Result {
        let proxy = Proxy(upstream: upstream)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 1024)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        let url = "http://127.0.0.1:\(server.channel.localAddress?.port ?? 0)"
        return try await server.executeThenClose { connections in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await proxy.serve(connections) }
                let result: Swift.Result<Result, any Error>
                do { result = .success(try await body(proxy, url)) } catch { result = .failure(error) }
                // No more connections; those there are end when the client closes them.
                try await server.channel.close()
                try await group.waitForAll()
                return try result.get()
            }
        }
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    private func serve(_ connections: NIOAsyncChannelInboundStream<Connection>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in connections {
                // A connection that breaks is its client's concern.
                group.addTask { try? await self.serve(connection) }
            }
        }
    }

    private func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var content = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let received):
                    head = received
                    content = ByteBuffer()
                case .body(var bytes):
                    content.writeBuffer(&bytes)
                case .end:
                    guard let received = head, let answer = try await answer(to: received, content) else { return }
                    try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.headers)))
                    try await outbound.write(.body(.byteBuffer(answer.body)))
                    try await outbound.write(.end(nil))
                }
            }
        }
    }

    private struct Answer {
        var status: HTTPResponseStatus
        var headers: HTTPHeaders
        var body: ByteBuffer
    }

    /// - Returns: nil when the answer is to be lost.
    private func answer(to head: HTTPRequestHead, _ content: ByteBuffer) async throws -> Answer? {
        let target = head.headers.first(name: "x-amz-target") ?? ""
        let request = Request(
            operation: target.split(separator: ".").last.map(String.init) ?? target,
            body: try JSONDecoder().decode(JSON.self, from: Data(buffer: content))
        )
        seen.withLock { $0.append(request) }
        switch await decide.withLock({ $0 })(request) {
        case .forward: return try await forward(head, content)
        case .loseAnswer:
            _ = try await forward(head, content)
            return nil
        case .answer(let status, let json):
            return Answer(
                status: HTTPResponseStatus(statusCode: status),
                headers: ["Content-Type": "application/x-amz-json-1.0", "Content-Length": "\(json.utf8.count)"],
                body: ByteBuffer(string: json)
            )
        }
    }

    private func forward(_ head: HTTPRequestHead, _ content: ByteBuffer) async throws -> Answer {
        var request = HTTPClientRequest(url: upstream + head.uri)
        request.method = head.method
        request.headers = head.headers
        request.headers.remove(name: "Content-Length")
        request.headers.remove(name: "Transfer-Encoding")
        request.body = .bytes(content)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 64 << 20)
        var headers = response.headers
        headers.remove(name: "Connection")
        headers.remove(name: "Transfer-Encoding")
        headers.replaceOrAdd(name: "Content-Length", value: "\(body.readableBytes)")
        return Answer(status: response.status, headers: headers, body: body)
    }
}
