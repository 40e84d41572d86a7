import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Synchronization
import TestBasics

@testable import KubernetesClient

/// Stands between the service and the API server or the database and does to a share of the requests what networks and servers do.
final class FaultProxy: Sendable {
    /// What may happen to a request.
    enum Fault: Sendable, CaseIterable {
        case latency
        /// The connection ends before the request has reached anyone.
        case reset
        /// The request takes effect, and the connection ends in the middle of the answer.
        case resetInAnswer
        case tooManyRequests, tooManyRequestsWithRetryAfter
        case internalError, unavailable
        /// The request takes effect, and the answer says that it took too long.
        case gatewayTimeoutAfterEffect
        /// The connection stays open, and nobody ever answers: the request has reached no one, or has taken effect.
        case noAnswer, noAnswerAfterEffect
    }

    /// How the server behind it words its errors.
    enum Dialect: Sendable { case kubernetes, dynamoDB }

    private struct State {
        var generator: SeededGenerator
        var share: Double
        var counts: [String: Int] = [:]
        var requests: [String] = []
        var upstreamIsGone = false
        var unseen: String?
        var isSilent = false
        var hasBookmarks = true
        var expiresWatches = false
    }

    private let state: Mutex<State>
    private let upstream: String
    private let client: HTTPClient
    private let dialect: Dialect

    init(upstream: String, client: HTTPClient, dialect: Dialect, seed: UInt64, share: Double) {
        self.upstream = upstream
        self.client = client
        self.dialect = dialect
        state = Mutex(State(generator: SeededGenerator(seed: seed), share: share))
    }

    /// How often each fault was done.
    var counts: [String: Int] { state.withLock { $0.counts } }

    /// Method and path of each request since ``forget()``, without watches.
    var requests: [String] { state.withLock { $0.requests } }

    func forget() { state.withLock { $0.requests = [] } }

    /// From now on this share of the requests meets a fault.
    func setShare(_ share: Double) { state.withLock { $0.share = share } }

    /// Cuts everything off: every request and every watch ends without an answer, until this is called with false.
    func partition(_ isOn: Bool) { state.withLock { $0.upstreamIsGone = isOn } }

    /// From now on watches of this resource bring nothing any more, although they stay open.
    func blind(_ resource: String) { state.withLock { $0.unseen = resource } }

    /// From now on nobody answers any request, although connections are accepted, until this is called with false.
    func silence(_ isOn: Bool) { state.withLock { $0.isSilent = isOn } }

    /// From now on watches bring no bookmarks.
    func dropBookmarks() { state.withLock { $0.hasBookmarks = false } }

    /// From now on watches are cut, and every version is too old to watch from, until this is called with false.
    func expireWatches(_ isOn: Bool) { state.withLock { $0.expiresWatches = isOn } }

    /// Runs the proxy while `body` runs, which is told its URL.
    func run<Result: Sendable>(_ body: @escaping @Sendable (String) async throws -> Result) async throws -> Result {
        try await withProxyServer(
            { request, context in
                do { return try await self.respond(request) } catch {
                    // The client sees no answer, only the end of the connection.
                    try await context.channel.close()
                    throw error
                }
            },
            body
        )
    }

    private func respond(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 16 << 20)
        let isWatch = request.uri.queryParameters["watch"] != nil
        if !isWatch { state.withLock { $0.requests.append("\(request.method) \(request.uri.path)") } }
        if isWatch, state.withLock({ $0.expiresWatches }) {
            count("gone")
            return failure(.gone)
        }
        guard let fault = draw() else { return try await forward(request, body, isWatch) }
        switch fault {
        case .latency:
            try await Task.sleep(for: .milliseconds(state.withLock { Int.random(in: 20...300, using: &$0.generator) }))
            return try await forward(request, body, isWatch)
        case .reset:
            throw Cut()
        case .resetInAnswer:
            return try await forward(request, body, isWatch, cutAfterBytes: isWatch ? 4096 : 10)
        case .tooManyRequests: return failure(.tooManyRequests)
        case .tooManyRequestsWithRetryAfter: return failure(.tooManyRequests, retryAfter: 1)
        case .internalError: return failure(.internalServerError)
        case .unavailable: return failure(.serviceUnavailable)
        case .gatewayTimeoutAfterEffect:
            if isWatch { return failure(.gone) }
            _ = try await answer(to: request, body).body.collect(upTo: 64 << 20)
            return failure(.gatewayTimeout)
        case .noAnswer:
            try await holdOpen()
        case .noAnswerAfterEffect:
            if !isWatch { _ = try await answer(to: request, body).body.collect(upTo: 64 << 20) }
            try await holdOpen()
        }
    }

    /// Until the test is over, long after the other side has given up.
    private func holdOpen() async throws -> Never {
        try await Task.sleep(for: .seconds(3600))
        throw Cut()
    }

    private func count(_ what: String) { state.withLock { $0.counts[what, default: 0] += 1 } }

    private func draw() -> Fault? {
        state.withLock { state in
            if state.upstreamIsGone { return .reset }
            if state.isSilent { return .noAnswer }
            guard Double.random(in: 0..<1, using: &state.generator) < state.share else { return nil }
            let fault = Fault.allCases.randomElement(using: &state.generator) ?? .latency
            state.counts["\(fault)", default: 0] += 1
            return fault
        }
    }

    private func answer(to request: Request, _ body: ByteBuffer) async throws -> HTTPClientResponse {
        var forwarded = HTTPClientRequest(url: upstream + request.uri.description)
        forwarded.method = HTTPMethod(rawValue: request.method.rawValue)
        for field in request.headers
        where !["host", "connection", "content-length", "transfer-encoding"].contains(field.name.canonicalName) {
            forwarded.headers.add(name: field.name.rawName, value: field.value)
        }
        if body.readableBytes > 0 { forwarded.body = .bytes(body) }
        return try await client.execute(forwarded, timeout: .seconds(30))
    }

    private func forward(_ request: Request, _ body: ByteBuffer, _ isWatch: Bool, cutAfterBytes limit: Int? = nil) async throws -> Response
    {
        let answer = try await answer(to: request, body)
        var headers = HTTPFields()
        for (name, value) in answer.headers where !["connection", "transfer-encoding", "content-length"].contains(name.lowercased()) {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        let stream = ResponseBody { writer in
            var sent = 0
            var framer = LineFramer()
            var hasMissed = false
            for try await var chunk in answer.body {
                let state = self.state.withLock { $0 }
                if state.upstreamIsGone || (isWatch && state.expiresWatches) { throw Cut() }
                if isWatch, state.isSilent {
                    hasMissed = true
                    continue
                }
                // It cannot go on as if nothing had been lost.
                if hasMissed { throw Cut() }
                if isWatch, let unseen = state.unseen, request.uri.path.hasSuffix(unseen) { continue }
                if isWatch, !state.hasBookmarks { chunk = try self.withoutBookmarks(chunk, &framer) }
                if let limit, sent + chunk.readableBytes > limit {
                    try await writer.write(chunk.getSlice(at: chunk.readerIndex, length: max(0, limit - sent)) ?? ByteBuffer())
                    throw Cut()
                }
                sent += chunk.readableBytes
                try await writer.write(chunk)
            }
            try await writer.finish(nil)
        }
        return Response(status: .init(code: Int(answer.status.code)), headers: headers, body: stream)
    }

    /// The whole lines that have come, but for bookmarks.
    private func withoutBookmarks(_ chunk: ByteBuffer, _ framer: inout LineFramer) throws -> ByteBuffer {
        framer.append(chunk)
        var kept = ByteBuffer()
        while let line = try framer.next() {
            if line.readableBytesView.starts(with: Data(#"{"type":"BOOKMARK""#.utf8)) {
                count("bookmark dropped")
            } else {
                kept.writeImmutableBuffer(line)
                kept.writeString("\n")
            }
        }
        return kept
    }

    private func failure(_ status: HTTPResponse.Status, retryAfter: Int? = nil) -> Response {
        var headers: HTTPFields = [.contentType: dialect == .kubernetes ? "application/json" : "application/x-amz-json-1.0"]
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        let text =
            switch dialect {
            case .kubernetes:
                #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"made by the test","reason":"Test","code":\#(status.code)}"#
            case .dynamoDB:
                status == .tooManyRequests
                    ? #"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"made by the test"}"#
                    : #"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"made by the test"}"#
            }
        let code: HTTPResponse.Status = dialect == .dynamoDB && status == .tooManyRequests ? .badRequest : status
        return Response(status: code, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Ends the connection.
    private struct Cut: Error {}
}
