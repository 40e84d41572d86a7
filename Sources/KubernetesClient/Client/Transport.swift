import AsyncHTTPClient
import FoundationEssentials
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// HTTP to one API server.
final class Transport: Sendable {
    private let endpoint: Endpoint
    private let credentials: CredentialSource
    private let connections: Connections
    private let timeouts: Timeouts
    private let logger: Logger

    /// Of an answer, after decompression: 500 objects of 250 KiB.
    static let maximumBodySize = 128 * 1024 * 1024
    private static let maximumErrorSize = 1024 * 1024

    /// How long the API server may take.
    struct Timeouts: Sendable {
        /// From sending a request to the last byte of its answer; of a watch, to the head of its answer.
        var request: Duration = .seconds(15)
        /// For a request and its repetitions, with the waits before and between them.
        var operation: Duration = .seconds(30)
        /// For a page of a list and its repetitions: over a slow line megabytes take minutes.
        var page: Duration = .seconds(300)
        /// A page that is silent for so long is given up.
        var pageIdle: Duration = .seconds(30)
        /// The API server sends a bookmark each minute; a watch that is silent for longer than two is taken for dead.
        var watchIdle: Duration = .seconds(150)
    }

    convenience init(configuration: KubernetesConfiguration, timeouts: Timeouts, logger: Logger) throws {
        let connections = try Connections(configuration, timeouts: timeouts, logger: logger)
        self.init(configuration, connections: connections, timeouts: timeouts, logger: logger)
    }

    init(_ configuration: KubernetesConfiguration, connections: Connections, timeouts: Timeouts, logger: Logger) {
        endpoint = configuration.endpoint
        credentials = CredentialSource(configuration.credentials, logger: logger)
        self.connections = connections
        self.timeouts = timeouts
        self.logger = logger
    }

    func shutdown() async throws {
        try await connections.shutdown()
    }

    /// One request and its whole answer.
    /// - Parameter timeout: from sending it to the last byte of its answer.
    /// - Throws: ``KubernetesError``, also for every answer that is no success.
    func unary(_ request: Request, within timeout: Duration) async throws -> ByteBuffer {
        try await authenticated { clients, token in
            try await withTimeout(timeout) {
                let response = try await self.execute(clients.requests, request, token)
                return try await Self.collect(response.body, upTo: Self.maximumBodySize)
            }
        }
    }

    /// Opens a stream of lines; its head is here when this returns.
    /// - Parameter isHeadSlow: whether the head may take as long as a stream may be silent.
    /// - Throws: ``KubernetesError``, also for every answer that is no success.
    func stream(_ request: Request, isHeadSlow: Bool) async throws -> HTTPClientResponse.Body {
        try await authenticated { clients, token in
            try await withTimeout(isHeadSlow ? self.timeouts.watchIdle : self.timeouts.request) {
                try await self.execute(clients.watches, request, token).body
            }
        }
    }

    /// The credentials may have been rotated since they were read: after a refusal fresh ones are tried once. Neither renewal counts in
    /// the time-out of the request.
    private func authenticated<Answer: Sendable>(
        _ send: (_ clients: HTTPClients, _ token: String?) async throws -> Answer
    ) async throws -> Answer {
        let credential = try await credentials.credential()
        do { return try await send(await connections.clients(for: credential), credential.token) } catch let error as KubernetesError
            where error.isUnauthorized
        {
            guard await credentials.discard(credential) else { throw error }
            let renewed = try await credentials.credential()
            return try await send(await connections.clients(for: renewed), renewed.token)
        }
    }

    private func execute(_ client: HTTPClient, _ request: Request, _ token: String?) async throws -> HTTPClientResponse {
        var message = HTTPClientRequest(url: endpoint.url + request.path + request.query.encoded)
        message.method = request.method
        if let host = endpoint.hostHeader { message.headers.add(name: "Host", value: host) }
        message.headers.add(name: "Accept", value: "application/json")
        if request.query["watch"] == nil { message.headers.add(name: "Accept-Encoding", value: "gzip") }
        message.headers.add(name: "User-Agent", value: "ctf-provisioner")
        if let token { message.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body = request.body {
            message.headers.add(name: "Content-Type", value: request.contentType)
            message.body = .bytes(body)
        }
        let response: HTTPClientResponse
        // The time-out around this call ends it; the client demands one of its own.
        do { response = try await client.execute(message, deadline: .distantFuture, logger: logger) } catch { throw Self.translate(error) }
        guard (200..<300).contains(Int(response.status.code)) else { throw try await Self.failure(response) }
        return response
    }

    private static func failure(_ response: HTTPClientResponse) async throws -> KubernetesError {
        let code = Int(response.status.code)
        let retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        let body: ByteBuffer
        do { body = try await collect(response.body, upTo: maximumErrorSize) } catch let error as KubernetesError {
            // Without its Status such an answer proves little; what a load-shedding server means, its code says.
            return KubernetesError(
                code == 429 || code >= 500 ? .status : .transport,
                "HTTP \(code), whose body cannot be read: \(error.message)",
                code: code,
                retryAfterSeconds: retryAfter
            )
        }
        do {
            let status = try JSONDecoder.kubernetes.decode(Status.self, from: Data(buffer: body))
            if status.kind == "Status" {
                return KubernetesError(.status, status.message ?? "HTTP \(code)", code: code, status: status, retryAfterSeconds: retryAfter)
            }
        } catch is DecodingError { /* it says something else */  }
        // Not the API server itself but something before it, or a plain-text endpoint such as /readyz.
        let text = String(buffer: body).prefix(500).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return KubernetesError(.status, text.isEmpty ? "HTTP \(code)" : text, code: code, retryAfterSeconds: retryAfter)
    }

    private static func collect(_ body: HTTPClientResponse.Body, upTo maximum: Int) async throws -> ByteBuffer {
        do { return try await body.collect(upTo: maximum) } catch { throw translate(error) }
    }
}
