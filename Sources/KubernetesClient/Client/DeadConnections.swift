import NIOCore

#if os(Linux)
import Glibc
#endif

/// Lets the kernel find out that a peer is gone.
///
/// A node that loses its power sends no FIN. Without this, a watch on it would seem alive until its own time-out.
enum DeadConnections {
    /// Seconds of silence after which the kernel asks the peer for a sign of life, and between its questions.
    static let probeAfter: SocketOptionValue = 15
    /// Milliseconds that data or questions may stay without an acknowledgement; then the connection is closed.
    static let giveUpAfter: SocketOptionValue = 30_000

    @Sendable static func detect(on channel: any Channel) -> EventLoopFuture<Void> {
        let options = [(ChannelOptions.socketOption(.so_keepalive), 1)] + tcpOptions
        return EventLoopFuture.andAllSucceed(options.map { channel.setOption($0.0, value: $0.1) }, on: channel.eventLoop)
    }

    private static var tcpOptions: [(ChannelOptions.Types.SocketOption, SocketOptionValue)] {
        #if os(Linux)
        [(TCP_KEEPIDLE, probeAfter), (TCP_KEEPINTVL, probeAfter), (TCP_USER_TIMEOUT, giveUpAfter)].map { name, value in
            (ChannelOptions.tcpOption(NIOBSDSocket.Option(rawValue: name)), value)
        }
        #else
        []
        #endif
    }
}
