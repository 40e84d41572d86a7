import NIOCore
import NIOPosix
import TestBasics
import Testing

/// An API server of a cluster without objects, which lets nobody create one. It keeps the requests that it gets.
final class EmptyAPIServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// With its query.
        var path: String
        /// The values of the headers by lowercase name.
        var headers: [String: [String]]
    }

    let requests = Observed<[Request]>([])

    /// Serves while `body` runs.
    static func run(_ body: (_ server: EmptyAPIServer, _ port: Int) async throws -> Void) async throws {
        let server = EmptyAPIServer()
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler(server: server)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        do { try await body(server, port) } catch {
            try await listener.close()
            throw error
        }
        try await listener.close()
    }

    /// Returns the whole answer; that of a watch has no end.
    fileprivate func answer(to request: Request) -> String {
        requests.update { $0.append(request) }
        let path = request.path.split(separator: "?").first.map(String.init) ?? ""
        if request.path.contains("watch=1") {
            return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        }
        switch (request.method, path.split(separator: "/").last) {
        case ("GET", "pods"), ("GET", "services"), ("GET", "nodes"):
            return Self.whole("200 OK", #"{"kind":"List","metadata":{"resourceVersion":"1"},"items":[]}"#)
        case ("GET", "stacks"):
            return Self.whole("200 OK", #"{"kind":"Namespace","metadata":{"name":"stacks","resourceVersion":"1"}}"#)
        case ("GET", _), ("DELETE", _):
            return Self.whole("404 Not Found", #"{"kind":"Status","status":"Failure","reason":"NotFound","message":"no","code":404}"#)
        default:
            return Self.whole("403 Forbidden", #"{"kind":"Status","status":"Failure","reason":"Forbidden","message":"no","code":403}"#)
        }
    }

    private static func whole(_ status: String, _ body: String) -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

/// Reads the requests of one connection, one after the other.
private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: EmptyAPIServer
    private var received: [UInt8] = []

    init(server: EmptyAPIServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        while let request = next() {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: server.answer(to: request))), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Takes a request whose body has come.
    private func next() -> EmptyAPIServer.Request? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: [String]] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard let name = parts.first, let value = parts.dropFirst().first else { continue }
            headers[name.lowercased(), default: []].append(value.drop { $0 == " " }.description)
        }
        let length = headers["content-length"]?.first.flatMap { Int($0) } ?? 0
        guard received.count >= end.upperBound + length else { return nil }
        received.removeFirst(end.upperBound + length)
        let words = (lines.first ?? "").split(separator: " ")
        return EmptyAPIServer.Request(method: String(words.first ?? ""), path: String(words.dropFirst().first ?? ""), headers: headers)
    }
}
