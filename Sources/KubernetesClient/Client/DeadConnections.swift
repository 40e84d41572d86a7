import NIOCore

#if os(Linux)
import Glibc
#endif

/// TCP options by which the kernel detects a dead peer.
///
/// A node that loses its power sends no FIN, so a watch on it would seem alive until its idle timeout.
enum DeadConnections {
    /// The silence in seconds before the first keep-alive probe, and between probes.
    static let probeAfter: SocketOptionValue = 15
    /// The milliseconds for which data or probes may stay unacknowledged before the connection is closed.
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
