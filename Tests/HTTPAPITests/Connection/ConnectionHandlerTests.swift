import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestBasics
import Testing

@testable import HTTPAPI

/// The time limits as they are, on a clock that the test moves.
@Suite struct ConnectionHandlerTests {
    private let channel = EmbeddedChannel()
    private let connections = Connections(limit: 1)
    private let server = Server()

    init() throws {
        let channel = channel
        let id = try #require(connections.open { channel.close(promise: nil) })
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HalfClosure())
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withErrorHandling: false,
            withOutboundHeaderValidation: false,
            withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
            withDecoderLimitConfiguration: RequestHead.decoderLimits
        )
        try pipeline.addHandler(ConnectionHandler(id: id, connections: connections, limits: ConnectionState.TimeLimits()))
        try pipeline.addHandler(server)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// The embedded channel does not know half a close.
    private final class HalfClosure: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            if mode == .output { promise?.succeed(()) } else { context.close(mode: mode, promise: promise) }
        }
    }

    /// Stands for Hummingbird: keeps what it is told, answers what is no request, and otherwise what a test lets it answer.
    private final class Server: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        var heads: [String] = []
        var ends = 0
        var errors: [any Error] = []
        private var context: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }
        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): heads.append(head.uri)
            case .body: break
            case .end: ends += 1
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            errors.append(error)
            if error is HTTPParserError { answer(.badRequest, "") }
        }

        func answer(_ status: HTTPResponseStatus = .ok, _ body: String = "ok") {
            let headers: HTTPHeaders = ["content-length": "\(body.utf8.count)"]
            context?.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
            if !body.isEmpty { context?.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil) }
            context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    private func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    private func advance(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .milliseconds(seconds * 1000)) }

    /// Everything that was answered since the last call.
    private func answered() throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    private static let request = "GET /stacks HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `a head that is not complete after ten seconds is answered with 408`() throws {
        try send("GET /")
        for _ in 0..<9 {
            advance(1)
            try send("x")
        }
        #expect(try answered().isEmpty && channel.isActive)
        advance(1)
        let answer = try answered()
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") && answer.lowercased().contains("\r\nconnection: close\r\n"))
        #expect(
            answer.hasSuffix(#"{"code":"request_timeout","error":"the head of the request did not come within 10 seconds"}"#),
            "\(answer)"
        )
        advance(5)
        #expect(!channel.isActive)
    }

    @Test func `a body that is not complete after thirty seconds ends the request with 408`() throws {
        try send("POST /stacks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<29 {
            advance(1)
            try send("x")
        }
        #expect(server.errors.isEmpty)
        advance(1)
        #expect(server.errors.first as? RequestError == .timedOut(.body, seconds: 30))
        server.answer(.requestTimeout, "late")
        #expect(try answered().lowercased().contains("\r\nconnection: close\r\n"))
        try send("xx")
        advance(5)
        #expect(!channel.isActive && server.ends == 0)
    }

    @Test func `a connection on which nothing is asked for is closed after three minutes, without a word`() throws {
        advance(179)
        #expect(channel.isActive)
        try send(Self.request)
        // The service may take as long as it needs.
        advance(600)
        server.answer()
        _ = try answered()
        advance(179)
        #expect(channel.isActive)
        advance(1)
        #expect(try !channel.isActive && answered().isEmpty)
    }

    @Test func `a client that does not read its answer is cut after thirty seconds`() throws {
        let blocked = BlockedWrites()
        try channel.pipeline.syncOperations.addHandler(blocked, position: .first)
        try send(Self.request)
        server.answer(.ok, String(repeating: "x", count: 100_000))
        #expect(blocked.waiting.count > 6, "in pieces")
        for _ in 0..<3 {
            advance(29)
            #expect(channel.isActive)
            blocked.release()
        }
        advance(29)
        #expect(channel.isActive)
        advance(1)
        #expect(!channel.isActive)
    }

    /// A client that reads a piece when a test says so.
    private final class BlockedWrites: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var waiting: [EventLoopPromise<Void>] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if let promise { waiting.append(promise) }
        }

        func release() { waiting.removeFirst().succeed(()) }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            for promise in waiting { promise.fail(ChannelError.ioOnClosedChannel) }
            context.close(mode: mode, promise: promise)
        }
    }

    @Test func `an answer that does not wait for the body is the last, and what still comes is dropped`() throws {
        try send("POST /stacks HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n")
        server.answer(.payloadTooLarge)
        #expect(try answered().lowercased().contains("\r\nconnection: close\r\n"))
        for _ in 0..<4 {
            try send(String(repeating: "x", count: 100_000))
            advance(1)
        }
        #expect(channel.isActive)
        advance(1)
        #expect(!channel.isActive)
    }

    @Test func `requests after one that closes are not looked at`() throws {
        try send("GET /first HTTP/1.1\r\nHost: x\r\nConnection: TE, Close\r\n\r\nDELETE /second HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(server.heads == ["/first"] && server.ends == 1)
        server.answer()
        #expect(try answered().lowercased().contains("\r\nconnection: close\r\n"))
        try send(Self.request)
        #expect(server.heads == ["/first"])
    }

    @Test func `100 Continue is said once a route wants the body, and not when the body is already coming`() throws {
        let head = "POST /stacks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n"
        try send(head)
        #expect(try answered().isEmpty)
        channel.triggerUserOutboundEvent(BodyIsWanted(), promise: nil)
        channel.triggerUserOutboundEvent(BodyIsWanted(), promise: nil)
        #expect(try answered() == "HTTP/1.1 100 Continue\r\n\r\n")
        try send("{}")
        server.answer()
        #expect(try answered().hasPrefix("HTTP/1.1 200 OK\r\n"))
        try send(head + "{")
        channel.triggerUserOutboundEvent(BodyIsWanted(), promise: nil)
        #expect(try answered().isEmpty)
    }

    @Test func `a service that ends closes a connection without a request, and the others after their answer`() throws {
        try send(Self.request)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(channel.isActive)
        server.answer()
        #expect(try answered().lowercased().contains("\r\nconnection: close\r\n"))
        let other = try ConnectionHandlerTests()
        try other.send("GET /")
        other.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(!other.channel.isActive)
    }

    /// What a route learns while it prepares its answer.
    private func watch() -> Observed<[AnswerWatch.Report]> {
        let reports = Observed<[AnswerWatch.Report]>([])
        channel.triggerUserOutboundEvent(AnswerWatch { report in reports.update { $0.append(report) } }, promise: nil)
        return reports
    }

    @Test func `a route learns that its client left or that the service ends, once each, and only until its answer has ended`() throws {
        try send(Self.request)
        let first = watch()
        #expect(first.value == [])
        server.answer()
        try send(Self.request)
        let second = watch()
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        let late = watch()
        channel.close(promise: nil)
        #expect(first.value == [])
        #expect(second.value == [.shuttingDown, .clientLeft])
        #expect(late.value == [.shuttingDown, .clientLeft])
    }

    @Test func `a connection that breaks is a client that left`() throws {
        try send(Self.request)
        let reports = watch()
        channel.close(promise: nil)
        #expect(reports.value == [.clientLeft])
    }

    @Test func `an idle connection closes for a new one, one with a request does not`() throws {
        try send(Self.request)
        #expect(connections.open {} == nil)
        server.answer()
        #expect(connections.open {} != nil)
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
    }
}
