import NIOCore
import NIOPosix
import Testing

@testable import KubernetesClient

@Suite struct DeadConnectionsTests {
    @Test(.enabled(if: isLinux))
    func `the kernel is asked to watch over a connection`() async throws {
        try await FakeAPIServer.run(script: []) { server in
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: server.port).get()
            try await DeadConnections.detect(on: channel).get()
            #expect(try await channel.getOption(ChannelOptions.socketOption(.so_keepalive)).get() != 0)
            // TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_USER_TIMEOUT of Linux
            for (option, value) in [(4, 15), (5, 15), (18, 30_000)] as [(CInt, CInt)] {
                let found = try await channel.getOption(ChannelOptions.tcpOption(NIOBSDSocket.Option(rawValue: option))).get()
                #expect(found == value)
            }
            try await channel.close()
        }
    }

    private static var isLinux: Bool {
        #if os(Linux)
        true
        #else
        false
        #endif
    }
}
