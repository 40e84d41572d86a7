import Foundation
import NIOCore
import NIOHTTP1
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
        case stream([Part])

        static func ok(_ body: String) -> Answer { .whole(.ok, body: body) }
    }

    /// A piece of a streamed answer.
    enum Part: Sendable {
        case text(String)
        /// Closes the connection in the middle of the answer.
        case cut
        /// Says no more and keeps the connection open.
        case silence
        /// Goes on once this is true.
        case once(@Sendable () async throws -> Void)
    }

    typealias Handler = @Sendable (Received, _ index: Int) async -> Answer

    let port: Int
    private let handler: Handler
    private let state = Mutex<(received: [Received], waiting: [CheckedContinuation<Void, Never>])>(([], []))

    private init(port: Int, handler: @escaping Handler) {
        self.port = port
        self.handler = handler
    }

    var received: [Received] { state.withLock { $0.received } }

    /// Returns once so many requests have come.
    func waitForRequests(_ count: Int) async {
        while true {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.received.count < count { state.waiting.append(continuation) }
                    return state.received.count >= count
                }
                if isThere { continuation.resume() }
            }
            if received.count >= count { return }
        }
    }

    /// Runs `body` beside a server whose answers are those of a script, in order; after its end every request is kept waiting.
    static func run<Result>(script: [Answer], _ body: (FakeAPIServer) async throws -> Result) async throws -> Result {
        try await run(handler: { _, index in index < script.count ? script[index] : .stream([.silence]) }, body)
    }

    static func run<Result>(
        tls: TLSConfiguration? = nil,
        handler: @escaping Handler,
        _ body: (FakeAPIServer) async throws -> Result
    ) async throws -> Result {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Self.connection(on: channel, context) }
            }
        let port = try #require(listener.channel.localAddress?.port)
        let server = FakeAPIServer(port: port, handler: handler)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections { group.addTask { await server.serve(connection) } }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    fileprivate typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    private static func connection(on channel: any Channel, _ context: NIOSSLContext?) throws -> Connection {
        if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    private func answer(to request: Received) async -> Answer {
        let (index, waiting) = state.withLock { state in
            state.received.append(request)
            defer { state.waiting = [] }
            return (state.received.count - 1, state.waiting)
        }
        for continuation in waiting { continuation.resume() }
        return await handler(request, index)
    }
}

extension FakeAPIServer {
    /// Never throws: what ends a connection is the client's to find out.
    private func serve(_ connection: Connection) async {
        do {
            try await connection.executeThenClose { parts, answers in
                var head: HTTPRequestHead?
                var body = ByteBuffer()
                for try await part in parts {
                    switch part {
                    case .head(let new): (head, body) = (new, ByteBuffer())
                    case .body(let chunk): body.writeImmutableBuffer(chunk)
                    case .end:
                        guard let head else { return }
                        let answer = await answer(to: Received(head, body: String(buffer: body)))
                        guard try await write(answer, to: answers) else { return }
                    }
                }
            }
        } catch { /* the client has closed the connection, or the test is over */  }
    }

    /// - Returns: whether the connection can be used again.
    private func write(_ answer: Answer, to answers: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>) async throws -> Bool {
        switch answer {
        case .whole(let status, let body, let headers):
            var head = HTTPResponseHead(version: .http1_1, status: status)
            head.headers.add(name: "Content-Length", value: String(body.utf8.count))
            for (name, value) in headers { head.headers.add(name: name, value: value) }
            try await answers.write(.head(head))
            try await answers.write(.body(.byteBuffer(ByteBuffer(string: body))))
        case .stream(let parts):
            try await answers.write(.head(HTTPResponseHead(version: .http1_1, status: .ok)))
            for part in parts {
                switch part {
                case .text(let text): try await answers.write(.body(.byteBuffer(ByteBuffer(string: text))))
                case .cut: return false
                case .silence: try await Task.sleep(for: .seconds(3600))
                case .once(let condition): try await condition()
                }
            }
        }
        try await answers.write(.end(nil))
        return true
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
