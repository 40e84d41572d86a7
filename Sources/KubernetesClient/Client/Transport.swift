import AsyncHTTPClient
import FoundationEssentials
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// The HTTP transport to one API server.
final class Transport: Sendable {
    private let endpoint: Endpoint
    private let credentials: CredentialSource
    private let connections: Connections
    private let timeouts: Timeouts
    private let headers: @Sendable () -> [(name: String, value: String)]
    private let logger: Logger

    /// The limit of a response body after decompression: 500 objects of 250 KiB.
    static let maximumBodySize = 128 * 1024 * 1024
    private static let maximumErrorSize = 1024 * 1024

    /// Timeouts for responses of the API server.
    struct Timeouts: Sendable {
        /// The limit from sending a request to the last byte of its response, or to the response head of a watch.
        var request: Duration = .seconds(15)
        /// The limit for a request and its retries, including waits.
        var operation: Duration = .seconds(30)
        /// The limit for a page of a list and its retries: megabytes take minutes over a slow line.
        var page: Duration = .seconds(300)
        /// The silence after which a page is abandoned.
        var pageIdle: Duration = .seconds(30)
        /// The silence after which a watch is considered dead. The API server sends a bookmark each minute.
        var watchIdle: Duration = .seconds(150)
    }

    convenience init(
        configuration: KubernetesConfiguration,
        timeouts: Timeouts,
        headers: @escaping @Sendable () -> [(name: String, value: String)] = { [] },
        logger: Logger
    ) throws {
        let connections = try Connections(configuration, timeouts: timeouts, logger: logger)
        self.init(configuration, connections: connections, timeouts: timeouts, headers: headers, logger: logger)
    }

    /// - Parameter headers: returns headers to add to a request.
    init(
        _ configuration: KubernetesConfiguration,
        connections: Connections,
        timeouts: Timeouts,
        headers: @escaping @Sendable () -> [(name: String, value: String)] = { [] },
        logger: Logger
    ) {
        endpoint = configuration.endpoint
        credentials = CredentialSource(configuration.credentials, logger: logger)
        self.connections = connections
        self.timeouts = timeouts
        self.headers = headers
        self.logger = logger
    }

    func shutdown() async throws {
        try await connections.shutdown()
    }

    /// Sends one request and reads its whole response.
    /// - Parameter timeout: from sending the request to the last byte of the response.
    /// - Throws: ``KubernetesError``, also for every unsuccessful response.
    func unary(_ request: Request, within timeout: Duration) async throws -> ByteBuffer {
        try await dated(request, within: timeout).body
    }

    /// Does the same as ``unary(_:within:)`` and returns the header `Date` besides.
    func dated(_ request: Request, within timeout: Duration) async throws -> (body: ByteBuffer, date: String?) {
        try await authenticated { clients, token in
            try await withTimeout(timeout) {
                let response = try await self.execute(clients.requests, request, token)
                return (try await Self.collect(response.body, upTo: request.maximumSize), response.headers.first(name: "Date"))
            }
        }
    }

    /// Opens a stream of lines; returns once the response head has arrived.
    /// - Parameter isHeadSlow: true if the response head may take as long as the idle timeout of a stream.
    /// - Throws: ``KubernetesError``, also for every unsuccessful response.
    func stream(_ request: Request, isHeadSlow: Bool) async throws -> HTTPClientResponse.Body {
        try await authenticated { clients, token in
            try await withTimeout(isHeadSlow ? self.timeouts.watchIdle : self.timeouts.request) {
                try await self.execute(clients.watches, request, token).body
            }
        }
    }

    /// Sends a request with credentials. After a 401 fresh credentials are tried once, since they may have been rotated. Renewals do not
    /// count against the request's timeout.
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
        for header in headers() { message.headers.add(name: header.name, value: header.value) }
        if let token { message.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body = request.body {
            message.headers.add(name: "Content-Type", value: request.contentType)
            message.body = .bytes(body)
        }
        let started = ContinuousClock.now
        let response: HTTPClientResponse
        do {
            // The timeout around this call ends it; the HTTP client requires a deadline as well.
            response = try await client.execute(message, deadline: .distantFuture, logger: logger)
        } catch {
            RequestMetrics.record(request, status: "none", duration: ContinuousClock.now - started)
            throw Self.translate(error)
        }
        RequestMetrics.record(request, status: "\(response.status.code)", duration: ContinuousClock.now - started)
        guard (200..<300).contains(Int(response.status.code)) else { throw try await Self.failure(response) }
        return response
    }

    private static func failure(_ response: HTTPClientResponse) async throws -> KubernetesError {
        let code = Int(response.status.code)
        let retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        let body: ByteBuffer
        do { body = try await collect(response.body, upTo: maximumErrorSize) } catch let error as KubernetesError {
            // The status code is enough for a load-shedding server, whose response may lack a Status.
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
        // The response is from a proxy in front of the API server, or a plain-text endpoint.
        let text = String(buffer: body).prefix(500).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return KubernetesError(.status, text.isEmpty ? "HTTP \(code)" : text, code: code, retryAfterSeconds: retryAfter)
    }

    private static func collect(_ body: HTTPClientResponse.Body, upTo maximum: Int) async throws -> ByteBuffer {
        do { return try await body.collect(upTo: maximum) } catch { throw translate(error) }
    }
}
