import Foundation
import NIOCore
import NIOPosix
import TestBasics

/// A server that sends bytes as a test says, one reply for each request.
final class ScriptedServer: Sendable {
    enum Reply: Sendable {
        /// Sends this and closes the connection.
        case bytes(String)
        /// Sends nothing and keeps the connection.
        case silence

        static func json(_ status: String, _ headers: [String] = [], _ body: String) -> Reply {
            let fields = ["Content-Type: application/json", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
            return .bytes("HTTP/1.1 \(status)\r\n" + fields.joined(separator: "\r\n") + "\r\n\r\n" + body)
        }

        /// Events, and the end of the stream.
        static func events(_ text: String) -> Reply {
            .bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + text)
        }
    }

    let requests = Observed<[String]>([])
    private let replies: Observed<[Reply]>
    private let channel: any Channel
    let url: String

    private init(_ replies: [Reply]) async throws {
        let (requests, replies) = (requests, Observed(replies))
        self.replies = replies
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { request in
                            requests.update { $0.append(request) }
                            return replies.update { $0.isEmpty ? .bytes("") : $0.removeFirst() }
                        }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    }

    /// Serves while `body` runs. After the last reply each connection is closed.
    static func run<Result>(_ replies: [Reply], _ body: (ScriptedServer) async throws -> Result) async throws -> Result {
        let server = try await ScriptedServer(replies)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await server.channel.close()
        return try result.get()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let reply: (String) -> Reply
        private var received = ""

        init(reply: @escaping (String) -> Reply) {
            self.reply = reply
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard let head = received.range(of: "\r\n\r\n") else { return }
            let length = received.lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
            guard received[head.upperBound...].utf8.count >= length else { return }
            let request = received
            received = ""
            guard case .bytes(let text) = reply(request) else { return }
            let channel = context.channel
            channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
