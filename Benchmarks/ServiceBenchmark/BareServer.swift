import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// The floor of reads and of events: a server that writes bytes from memory, and does nothing else.
struct BareServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let state: NIOLockedValueBox<State>

    fileprivate struct State {
        var bodies: [String: ByteBuffer] = [:]
        var listeners: [any Channel] = []
    }

    static func start() async throws -> BareServer {
        let state = NIOLockedValueBox(State())
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(state: state))
                }
            }
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw Failure("the server has no port") }
        return BareServer(port: port, channel: channel, state: state)
    }

    func stop() async throws { try await channel.close() }

    func serve(_ path: String, _ body: ByteBuffer) { state.withLockedValue { $0.bodies[path] = body } }

    /// Writes the bytes to every connection that asked for `/events`.
    func broadcast(_ event: ByteBuffer) {
        for listener in state.withLockedValue({ $0.listeners }) {
            listener.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(event)), promise: nil)
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let state: NIOLockedValueBox<State>
        private var path = ""

        init(state: NIOLockedValueBox<State>) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): path = head.uri
            case .body: break
            case .end:
                let isStream = path == "/events"
                let body = state.withLockedValue { $0.bodies[path] } ?? ByteBuffer()
                let length = isStream ? [] : [("content-length", "\(body.readableBytes)")]
                let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: HTTPHeaders(length))
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                guard !isStream else {
                    let channel = context.channel
                    state.withLockedValue { $0.listeners.append(channel) }
                    return context.flush()
                }
                context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
