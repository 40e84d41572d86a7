import CoreMetrics
package import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Synchronization

extension HTTPServerBuilder {
    /// Returns the HTTP/1.1 server of the API, with time limits for slow clients and a maximum number of connections.
    /// - Parameters:
    ///   - tls: the certificate; nil for plain HTTP.
    ///   - isMeasured: whether its connections are those of the metric.
    package static func api(maximumConnections: Int, tls: ServerTLS? = nil, isMeasured: Bool = true) -> HTTPServerBuilder {
        api(maximumConnections: maximumConnections, tls: tls, isMeasured: isMeasured, limits: ConnectionState.TimeLimits())
    }

    static func api(
        maximumConnections: Int,
        tls: ServerTLS? = nil,
        isMeasured: Bool = true,
        limits: ConnectionState.TimeLimits
    ) -> HTTPServerBuilder {
        let connections = Connections(limit: maximumConnections, gauge: isMeasured ? Meter(label: "http_open_connections") : nil)
        return HTTPServerBuilder { APIChannel(responder: $0, connections: connections, tls: tls, limits: limits) }
    }
}

/// An accepted connection.
///
/// Dropping a `NIOAsyncChannel` unhandled, as after cancellation of the server, would end the process, so this closes it first.
private final class Accepted: ServerChildChannelValue {
    typealias Parts = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    private let parts: Parts
    private let isHandled = Mutex(false)

    init(_ parts: Parts) { self.parts = parts }

    deinit {
        guard !isHandled.withLock({ $0 }) else { return }
        Task { [parts] in
            do { try await parts.executeThenClose { _, _ in } } catch { /* the client has closed it before */  }
        }
    }

    var channel: any Channel { parts.channel }

    /// Takes the connection out; the caller handles and closes it.
    func take() -> Parts {
        isHandled.withLock { $0 = true }
        return parts
    }
}

/// The HTTP/1.1 pipeline with its limits, before Hummingbird's request handling.
private struct APIChannel: ServerChildChannel, HTTPChannelHandler {
    let responder: HTTPChannelHandler.Responder
    let connections: Connections
    let tls: ServerTLS?
    let limits: ConnectionState.TimeLimits

    private struct TooManyConnections: Error {}

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Accepted> {
        guard let id = connections.open({ channel.close(promise: nil) }) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(TooManyConnections())
        }
        channel.closeFuture.whenComplete { _ in connections.closed(id) }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(tls.handler()) }
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withErrorHandling: false,
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
                withDecoderLimitConfiguration: RequestHead.decoderLimits
            )
            try pipeline.addHandler(ConnectionHandler(id: id, connections: connections, limits: limits))
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
            let configuration = Accepted.Parts.Configuration(isOutboundHalfClosureEnabled: true)
            return Accepted(try Accepted.Parts(wrappingChannelSynchronously: channel, configuration: configuration))
        }
    }

    func handle(value: Accepted, logger: Logger) async {
        await handleHTTP(asyncChannel: value.take(), logger: logger)
    }
}
