import AsyncHTTPClient
import FoundationEssentials
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL

/// HTTP to one API server: two clients, because an idle time-out is set per client and a watch is idle for minutes.
final class Transport: Sendable {
    private let configuration: KubernetesConfiguration
    private let credentials: CredentialSource
    private let requests: HTTPClient
    private let watches: HTTPClient
    private let logger: Logger

    /// From sending a request to the last byte of its answer.
    private static let requestTimeout: Duration = .seconds(30)
    /// The API server ends a watch after 290 s, as it is asked to; a connection that is silent for longer is dead.
    private static let watchIdleTimeout: TimeAmount = .seconds(310)
    private static let maximumBodySize = 256 * 1024 * 1024
    private static let maximumErrorSize = 1024 * 1024

    init(configuration: KubernetesConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        credentials = CredentialSource(configuration.credentials)
        let tls = try configuration.tlsConfiguration()
        requests = Self.makeClient(tls, idleTimeout: .seconds(30))
        watches = Self.makeClient(tls, idleTimeout: Self.watchIdleTimeout)
    }

    func shutdown() async throws {
        try await requests.shutdown()
        try await watches.shutdown()
    }

    /// One request and its whole answer.
    /// - Throws: ``KubernetesError``, also for every answer that is no success.
    func unary(_ method: HTTPMethod, _ path: String, query: Query, body: ByteBuffer?, contentType: String) async throws -> ByteBuffer {
        try await withTimeout(Self.requestTimeout) {
            let response = try await self.execute(self.requests, method, path, query, body, contentType, deadline: .now() + .seconds(30))
            return try await Self.mappingTransportErrors { try await response.body.collect(upTo: Self.maximumBodySize) }
        }
    }

    /// Opens a stream of lines; its head is here when this returns.
    func stream(_ path: String, query: Query) async throws -> HTTPClientResponse.Body {
        try await execute(watches, .GET, path, query, nil, "application/json", deadline: .now() + .seconds(30)).body
    }

    private func execute(
        _ client: HTTPClient,
        _ method: HTTPMethod,
        _ path: String,
        _ query: Query,
        _ body: ByteBuffer?,
        _ contentType: String,
        deadline: NIODeadline
    ) async throws -> HTTPClientResponse {
        let token = try await credentials.bearerToken()
        let response = try await request(client, method, path, query, body, contentType, token, deadline)
        guard response.status == .unauthorized, await credentials.canRenew else { return try await checked(response) }
        // The token may have been rotated since it was read; a fresh one is tried once.
        await credentials.invalidate()
        let renewed = try await credentials.bearerToken()
        return try await checked(request(client, method, path, query, body, contentType, renewed, deadline))
    }

    private func request(
        _ client: HTTPClient,
        _ method: HTTPMethod,
        _ path: String,
        _ query: Query,
        _ body: ByteBuffer?,
        _ contentType: String,
        _ token: String?,
        _ deadline: NIODeadline
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: configuration.server + path + query.encoded)
        request.method = method
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "ctf-provisioner")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "Content-Type", value: contentType)
            request.body = .bytes(body)
        }
        return try await Self.mappingTransportErrors { [request] in
            try await client.execute(request, deadline: deadline, logger: logger)
        }
    }

    private func checked(_ response: HTTPClientResponse) async throws -> HTTPClientResponse {
        let code = Int(response.status.code)
        guard !(200..<300).contains(code) else { return response }
        let body = try await Self.mappingTransportErrors { try await response.body.collect(upTo: Self.maximumErrorSize) }
        let retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }
        do {
            let status = try JSONDecoder.kubernetes.decode(Status.self, from: Data(buffer: body))
            throw KubernetesError(.status, status.message ?? "HTTP \(code)", code: code, status: status, retryAfterSeconds: retryAfter)
        } catch is DecodingError {
            // Not the API server itself but something before it, or a plain-text endpoint such as /readyz.
            let text = String(buffer: body).prefix(500)
            throw KubernetesError(.status, text.isEmpty ? "HTTP \(code)" : String(text), code: code, retryAfterSeconds: retryAfter)
        }
    }

    private static func makeClient(_ tls: TLSConfiguration, idleTimeout: TimeAmount) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        // A redirect would carry the token to another server.
        configuration.redirectConfiguration = .disallow
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(10), read: idleTimeout)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Lets only ``KubernetesError`` and cancellation out.
    static func mappingTransportErrors<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch { throw translate(error) }
    }

    static func translate(_ error: any Error) -> any Error {
        switch error {
        case is KubernetesError, is CancellationError:
            error
        case let error as HTTPClientError where error == .cancelled && Task.isCancelled:
            CancellationError()
        case let error as HTTPClientError where [.deadlineExceeded, .readTimeout, .connectTimeout].contains(error):
            KubernetesError(.timedOut, "\(error)")
        default:
            KubernetesError(.transport, "\(error)")
        }
    }
}

/// Runs `body` for at most `timeout`.
/// - Throws: ``KubernetesError`` `timedOut` after it; the body is cancelled then.
func withTimeout<Result: Sendable>(_ timeout: Duration, _ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: timeout)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else {
            throw KubernetesError(.timedOut, "no complete answer within \(timeout.components.seconds) s")
        }
        return result
    }
}
