import NIOCore
import NIOPosix

/// Bytes on a connection of its own, for what no HTTP client would send.
enum RawConnection {
    /// Sends `text` and returns everything that comes until the server closes the connection.
    static func exchange(_ port: Int, _ text: String) async throws -> String {
        try await exchange(port, [ByteBuffer(string: text)])
    }

    static func exchange(_ port: Int, _ parts: [ByteBuffer]) async throws -> String {
        try await with(port) { inbound, outbound in
            for part in parts { try await outbound.write(part) }
            var received = ByteBuffer()
            for try await var part in inbound { received.writeBuffer(&part) }
            return String(buffer: received)
        }
    }

    /// Sends `text` and closes the connection without reading.
    static func sendAndVanish(_ port: Int, _ text: String) async throws {
        try await with(port) { _, outbound in try await outbound.write(ByteBuffer(string: text)) }
    }

    /// Opens a connection for as long as `body` runs.
    static func with<Result: Sendable>(
        _ port: Int,
        _ body: @Sendable (NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "localhost", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(inboundType: ByteBuffer.self, outboundType: ByteBuffer.self)
                    )
                }
            }
        return try await channel.executeThenClose { try await body($0, $1) }
    }
}
