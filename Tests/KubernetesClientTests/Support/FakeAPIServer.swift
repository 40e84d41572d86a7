import Foundation
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL
import Synchronization
import Testing

/// A real HTTP/1.1 server on the loopback interface that answers as it is told.
final class FakeAPIServer: Sendable {
    struct Received: Sendable {
        var method: HTTPMethod
        var path: String
        var query: [String: String]
        var headers: HTTPHeaders
        var body: String

        var isWatch: Bool { query["watch"] != nil }
    }

    enum Answer: Sendable {
        case whole(HTTPResponseStatus, body: String, headers: [String: String] = [:])
        case stream([Part], status: HTTPResponseStatus = .ok)

        static func ok(_ body: String) -> Answer { .whole(.ok, body: body) }
    }

    /// A piece of a streamed answer.
    enum Part: Sendable {
        case text(String)
        /// Closes the connection in the middle of the answer.
        case cut
        /// Says no more and keeps the connection open.
        case silence
        /// Says no more for a while.
        case wait(Duration)
    }

    typealias Handler = @Sendable (Received, _ index: Int) async -> Answer

    let port: Int
    private let compresses: Bool
    private let handler: Handler
    private let state = Mutex<(received: [Received], waiting: [AsyncStream<Void>.Continuation])>(([], []))

    private init(port: Int, compresses: Bool, handler: @escaping Handler) {
        self.port = port
        self.compresses = compresses
        self.handler = handler
    }

    var received: [Received] { state.withLock { $0.received } }

    /// Returns once so many requests have come, or when the test is cancelled.
    func waitForRequests(_ count: Int) async {
        while received.count < count, !Task.isCancelled {
            let (news, continuation) = AsyncStream<Void>.makeStream()
            state.withLock { state in
                if state.received.count < count { state.waiting.append(continuation) } else { continuation.finish() }
            }
            for await _ in news { break }
        }
    }

    /// Runs `body` beside a server whose answers are those of a script, in order; after its end every request is kept waiting.
    static func run<Result>(script: [Answer], _ body: (FakeAPIServer) async throws -> Result) async throws -> Result {
        try await run(handler: { _, index in index < script.count ? script[index] : .stream([.silence]) }, body)
    }

    static func run<Result>(
        tls: TLSConfiguration? = nil,
        compresses: Bool = false,
        handler: @escaping Handler,
        _ body: (FakeAPIServer) async throws -> Result
    ) async throws -> Result {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let (requests, continuation) = AsyncStream<(Received, any Channel)>.makeStream()
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    if compresses { try channel.pipeline.syncOperations.addHandler(HTTPResponseCompressor()) }
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(requests: continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        let server = FakeAPIServer(port: port, compresses: compresses, handler: handler)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { group in
                    for await (request, channel) in requests { group.addTask { await server.serve(request, on: channel) } }
                }
                try await listener.close()
            }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    private func answer(to request: Received) async -> Answer {
        let (index, waiting) = state.withLock { state in
            state.received.append(request)
            defer { state.waiting = [] }
            return (state.received.count - 1, state.waiting)
        }
        for continuation in waiting { continuation.yield() }
        return await handler(request, index)
    }
}

extension FakeAPIServer {
    /// Never throws: what ends a connection is the client's to find out.
    private func serve(_ request: Received, on channel: any Channel) async {
        do {
            if try await !write(answer(to: request), on: channel) { try await channel.close() }
        } catch { /* the client has closed the connection, or the test is over */  }
    }

    /// - Returns: whether the connection can be used again.
    private func write(_ answer: Answer, on channel: any Channel) async throws -> Bool {
        func send(_ part: HTTPServerResponsePart) async throws {
            // The compressor keeps what it has until the end.
            if case .end = part { return try await channel.writeAndFlush(part).get() }
            if compresses { channel.writeAndFlush(part, promise: nil) } else { try await channel.writeAndFlush(part).get() }
        }
        func send(_ text: String) async throws { try await send(.body(.byteBuffer(ByteBuffer(string: text)))) }
        switch answer {
        case .whole(let status, let body, let headers):
            var head = HTTPResponseHead(version: .http1_1, status: status)
            if !compresses { head.headers.add(name: "Content-Length", value: String(body.utf8.count)) }
            for (name, value) in headers { head.headers.add(name: name, value: value) }
            try await send(.head(head))
            try await send(body)
        case .stream(let parts, let status):
            try await send(.head(HTTPResponseHead(version: .http1_1, status: status)))
            for part in parts {
                switch part {
                case .text(let text): try await send(text)
                case .cut: return false
                case .silence: try await Task.sleep(for: .seconds(3600))
                case .wait(let duration): try await Task.sleep(for: duration)
                }
            }
        }
        try await send(.end(nil))
        return true
    }
}

/// Passes whole requests on.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let requests: AsyncStream<(FakeAPIServer.Received, any Channel)>.Continuation
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(requests: AsyncStream<(FakeAPIServer.Received, any Channel)>.Continuation) {
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let new): (head, body) = (new, ByteBuffer())
        case .body(let chunk): body.writeImmutableBuffer(chunk)
        case .end:
            guard let head else { return }
            requests.yield((FakeAPIServer.Received(head, body: String(buffer: body)), context.channel))
        }
    }

    /// A client that is refused in the TLS handshake, for one.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension FakeAPIServer.Received {
    fileprivate init(_ head: HTTPRequestHead, body: String) {
        let parts = head.uri.split(separator: "?", maxSplits: 1)
        var query: [String: String] = [:]
        for item in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let pair = item.split(separator: "=", maxSplits: 1)
            query[String(pair[0])] = pair.dropFirst().first?.removingPercentEncoding ?? ""
        }
        self.init(method: head.method, path: String(parts.first ?? ""), query: query, headers: head.headers, body: body)
    }
}
