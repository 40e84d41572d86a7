import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP server on a free port of this machine, which answers as a test says.
final class TestServer: Sendable {
    struct Request: Sendable {
        var method: HTTPMethod
        var uri: String
        var headers: HTTPHeaders
        var body: String
        /// How many requests came before.
        var index: Int
    }

    enum Answer: Sendable {
        case full(HTTPResponseStatus, HTTPHeaders, String)
        /// Promises more than it sends, and closes.
        case torn
        /// Closes at once.
        case closed
        /// Nothing, for ever.
        case silence
        /// The head and a part of the body, and then nothing.
        case stalled

        static func ok(_ body: String, _ headers: HTTPHeaders = [:]) -> Answer { .full(.ok, headers, body) }
        static func error(_ status: HTTPResponseStatus, _ type: String, _ headers: HTTPHeaders = [:]) -> Answer {
            .full(status, headers, #"{"__type":"com.amazonaws.dynamodb.v20120810#\#(type)","message":"as told"}"#)
        }
    }

    let port: Int
    private let channel: any Channel
    private let log: Log

    /// What came in so far.
    var requests: [Request] { log.requests.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)" }

    final class Log: Sendable {
        let requests = Mutex<[Request]>([])
    }

    private init(answer: @escaping @Sendable (Request) -> Answer) async throws {
        let log = Log()
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log: log, answer: answer))
                }
            }
        channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        self.log = log
    }

    /// Serves while `body` runs.
    static func run<Result>(
        _ answer: @escaping @Sendable (Request) -> Answer,
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let server = try await TestServer(answer: answer)
        do {
            let result = try await body(server)
            try await server.channel.close()
            return result
        } catch {
            try await server.channel.close()
            throw error
        }
    }
}

extension TestServer {
    /// One connection.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private let answer: @Sendable (Request) -> Answer
        private var head: HTTPRequestHead?
        private var body = ""

        init(log: Log, answer: @escaping @Sendable (Request) -> Answer) {
            self.log = log
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = ""
            case .body(let buffer):
                body += String(buffer: buffer)
            case .end:
                guard let head else { return }
                let request = log.requests.withLock { requests in
                    let request = Request(method: head.method, uri: head.uri, headers: head.headers, body: body, index: requests.count)
                    requests.append(request)
                    return request
                }
                write(answer(request), context)
            }
        }

        private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
            switch answer {
            case .full(let status, var headers, let text):
                headers.replaceOrAdd(name: "Content-Length", value: String(text.utf8.count))
                context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .torn, .stalled:
                let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "1000"])
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "{"))))).assumeIsolated().whenComplete { _ in
                    if case .torn = answer { context.close(promise: nil) }
                }
            case .closed:
                context.close(promise: nil)
            case .silence:
                break
            }
        }
    }
}
