import HTTPTypes
import Hummingbird
package import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Stacks

extension HTTPServerBuilder {
    /// HTTP/1.1 as the API speaks it. A connection on which nothing is asked for is closed after three minutes.
    package static func api() -> HTTPServerBuilder {
        .http1(
            configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [MalformedRequestHandler()], idleTimeout: .seconds(180))
        )
    }
}

/// Gives a body to the answer to what is not HTTP: the server itself sends 400 with none, and no route ever sees the request.
private final class MalformedRequestHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private static let body = #"{"code":"\#(StackError.Code.invalidRequest.rawValue)","error":"the request is not HTTP/1.1"}"#

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // Answers of routes always have a body.
        guard case .head(var head) = unwrapOutboundIn(data), head.status == .badRequest, head.headerFields[.contentLength] == "0" else {
            context.write(data, promise: promise)
            return
        }
        head.headerFields[.contentLength] = String(Self.body.utf8.count)
        head.headerFields[.contentType] = Response.jsonContentType
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(string: Self.body))), promise: promise)
    }
}
