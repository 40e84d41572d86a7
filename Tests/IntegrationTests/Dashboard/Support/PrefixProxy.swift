import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Synchronization
import TestBasics

/// A reverse proxy that shows a service below a path prefix. The service behind it may go and come back; some of its answers may be made up.
final class PrefixProxy: Sendable {
    static let prefix = "/ops/ctf"

    private struct State {
        var upstream: String?
        var madeUp: [String: String] = [:]
        var events: Observed<String>?
    }

    private let state: Mutex<State>

    /// - Parameter upstream: the address of the service; nil while there is none.
    init(upstream: String? = nil) { state = Mutex(State(upstream: upstream)) }

    func setUpstream(_ upstream: String?) { state.withLock { $0.upstream = upstream } }

    /// Answers a path, without prefix and query, with this text.
    func makeUp(_ path: String, _ text: String) { state.withLock { $0.madeUp[path] = text } }

    /// Sends this text, and whatever is added to it, as the stream of events.
    func makeUpEvents(_ events: Observed<String>) { state.withLock { $0.events = events } }

    /// Calls `body` with the address of the page.
    func run<Result: Sendable>(_ body: @escaping @Sendable (String) async throws -> Result) async throws -> Result {
        try await withProxyServer({ request, _ in try await self.respond(request) }) { url in
            try await body(url + Self.prefix + "/dashboard")
        }
    }

    private func respond(_ request: Request) async throws -> Response {
        let state = state.withLock { $0 }
        guard request.uri.path.hasPrefix(Self.prefix + "/") else { return Response(status: .notFound) }
        let path = String(request.uri.path.dropFirst(Self.prefix.count))
        if path == "/stacks/events", let events = state.events { return Self.stream(events) }
        if let text = state.madeUp[path] { return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text))) }
        guard let upstream = state.upstream else { return Response(status: .badGateway) }
        return try await forward(request, to: upstream + path + (request.uri.query.map { "?" + $0 } ?? ""))
    }

    private static func stream(_ events: Observed<String>) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream"],
            body: ResponseBody { writer in
                var sent = 0
                while !Task.isCancelled {
                    let piece = try await events.waitForValue { [sent] in
                        $0.utf8.count > sent ? ByteBuffer(bytes: $0.utf8.dropFirst(sent)) : nil
                    }
                    sent += piece.readableBytes
                    try await writer.write(piece)
                }
                try await writer.finish(nil)
            }
        )
    }

    private func forward(_ request: Request, to url: String) async throws -> Response {
        var forwarded = HTTPClientRequest(url: url)
        forwarded.method = HTTPMethod(rawValue: request.method.rawValue)
        for field in request.headers where !["content-length", "transfer-encoding"].contains(field.name.canonicalName) {
            forwarded.headers.add(name: field.name.rawName, value: field.value)
        }
        let body = try await request.body.collect(upTo: 1 << 20)
        if body.readableBytes > 0 { forwarded.body = .bytes(body) }
        let answer: HTTPClientResponse
        do { answer = try await HTTPClient.shared.execute(forwarded, timeout: .minutes(5)) } catch { return Response(status: .badGateway) }
        var headers = HTTPFields()
        for (name, value) in answer.headers where !["connection", "transfer-encoding", "content-length"].contains(name.lowercased()) {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        return Response(
            status: .init(code: Int(answer.status.code)),
            headers: headers,
            body: ResponseBody { writer in
                for try await chunk in answer.body { try await writer.write(chunk) }
                try await writer.finish(nil)
            }
        )
    }
}
