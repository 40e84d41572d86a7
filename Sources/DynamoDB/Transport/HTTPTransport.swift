import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// An HTTP client: one request and its whole response within a time limit.
final class HTTPTransport: Sendable {
    /// A request with its body in memory.
    struct Request: Sendable {
        var method: HTTPMethod
        var url: String
        var headers: HTTPHeaders = [:]
        var body: [UInt8] = []
    }

    /// A response with its body in memory.
    struct Response: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: Data
    }

    private let client: HTTPClient
    /// The service returns at most 16 MiB of items (BatchGetItem), which are longer as JSON.
    private static let maximumBodySize = 64 * 1024 * 1024

    init() {
        var configuration = HTTPClient.Configuration()
        // A redirect would send the session token to another server.
        configuration.redirectConfiguration = .disallow
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(3))
        // Only `Retrier` decides on retries.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        // Shorter than the server's idle timeout, so that a request seldom meets a connection that is being closed.
        configuration.connectionPool.idleTimeout = .seconds(20)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async throws {
        try await client.shutdown()
    }

    /// - Throws: ``DynamoDBError`` `unavailable` without a response; `CancellationError`.
    func send(_ request: Request, timeout: Duration) async throws -> Response {
        try await withTimeout(timeout) {
            do { return try await self.execute(request, timeout: timeout) } catch { throw Self.translate(error) }
        }
    }

    private func execute(_ request: Request, timeout: Duration) async throws -> Response {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method
        outgoing.headers = request.headers
        if !request.body.isEmpty { outgoing.body = .bytes(request.body, length: .known(Int64(request.body.count))) }
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        let response = try await client.execute(outgoing, deadline: deadline)
        let body = try await response.body.collect(upTo: Self.maximumBodySize)
        return Response(status: Int(response.status.code), headers: response.headers, body: Data(buffer: body))
    }

    private static func translate(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError:
            return error
        case let error as HTTPClientError where error == .cancelled && Task.isCancelled:
            return CancellationError()
        case let error as HTTPClientError where [.deadlineExceeded, .readTimeout, .connectTimeout].contains(error):
            return DynamoDBError.timedOut("\(error)")
        default:
            return DynamoDBError(.unavailable, "\(error)")
        }
    }
}

extension DynamoDBError {
    static func timedOut(_ message: String) -> DynamoDBError {
        var error = DynamoDBError(.unavailable, message)
        error.isTimeout = true
        return error
    }
}

/// Runs `body` with a time limit.
/// - Throws: ``DynamoDBError`` `unavailable` after the limit; `body` is cancelled then.
func withTimeout<Result: Sendable>(_ timeout: Duration, _ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: timeout)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else {
            throw DynamoDBError.timedOut("no complete answer within \(timeout)")
        }
        return result
    }
}
