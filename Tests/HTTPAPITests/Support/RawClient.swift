import NIOCore
import NIOPosix
import TestBasics

/// A connection that stays open, and what has come on it so far.
struct RawClient: Sendable {
    struct Received: Sendable {
        var text = ""
        var isClosed = false
    }

    let received: Observed<Received>
    private let channel: any Channel

    /// - Parameter reads: false for a client that takes up nothing.
    static func connect(_ port: Int, reads: Bool = true) async throws -> RawClient {
        let received = Observed(Received())
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.so_rcvbuf), value: 65_536)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Recorder(received: received)) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(received: received, channel: channel)
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    /// Sends as much as goes; returns once all of it is gone, or the connection is closed.
    func sendAll(_ text: String) async -> Bool {
        do { try await send(text) } catch { return false }
        return true
    }

    func close() { channel.close(promise: nil) }

    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: Observed<Received>

        init(received: Observed<Received>) { self.received = received }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            received.update { $0.text += text }
        }

        func channelInactive(context: ChannelHandlerContext) { received.update { $0.isClosed = true } }

        /// The connection was reset.
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
