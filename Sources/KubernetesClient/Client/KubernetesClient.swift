import AsyncHTTPClient
public import Logging
import NIOCore
import NIOHTTP1

/// A client of one API server. Every method throws ``KubernetesError``, or `CancellationError` if its task was cancelled or the client was
/// shut down.
///
/// Requests share a client-side rate limit. A 429 or 503 response is retried after its `Retry-After`, for any verb, since the request had
/// no effect. After a lost connection only idempotent verbs are retried.
public final class KubernetesClient: Sendable {
    let transport: Transport
    private let limiter: RateLimiter
    private static let attempts = 4
    private let timeouts: Transport.Timeouts

    /// - Parameters:
    ///   - qps: average requests per second; watches do not count.
    ///   - burst: the number of requests that may be sent at once.
    ///   - requestTimeout: from sending a request to the last byte of its response. List pages and watches have limits of their own.
    ///   - operationTimeout: for a request and its retries, including waits.
    ///   - headers: returns headers to add to a request, such as those of a trace; called for each attempt in the task of the caller.
    /// - Throws: ``KubernetesError`` `configuration` if the certificates are unusable.
    public convenience init(
        configuration: KubernetesConfiguration,
        qps: Double = 100,
        burst: Int = 200,
        requestTimeout: Duration = .seconds(15),
        operationTimeout: Duration = .seconds(30),
        headers: @escaping @Sendable () -> [(name: String, value: String)] = { [] },
        logger: Logger
    ) throws {
        let timeouts = Transport.Timeouts(request: requestTimeout, operation: operationTimeout)
        let limiter = RateLimiter(rate: qps, burst: burst)
        try self.init(configuration: configuration, limiter: limiter, timeouts: timeouts, headers: headers, logger: logger)
    }

    init(
        configuration: KubernetesConfiguration,
        limiter: RateLimiter,
        timeouts: Transport.Timeouts,
        headers: @escaping @Sendable () -> [(name: String, value: String)] = { [] },
        logger: Logger
    ) throws {
        transport = try Transport(configuration: configuration, timeouts: timeouts, headers: headers, logger: logger)
        self.timeouts = timeouts
        self.limiter = limiter
    }

    /// Closes the connections; the client is unusable afterwards.
    public func shutdown() async throws {
        try await transport.shutdown()
    }

    /// Sends a request, with retries.
    /// - Throws: ``KubernetesError``, also for every unsuccessful response.
    func send(_ request: Request) async throws -> ByteBuffer {
        let (once, altogether) = request.isPage ? (timeouts.page, timeouts.page) : (timeouts.request, timeouts.operation)
        let end = ContinuousClock.now + altogether
        var failure: KubernetesError?
        var attempt = 0
        while true {
            attempt += 1
            // The wait must leave time for the request itself.
            do { try await limiter.wait(atMost: max(.zero, end - .now - timeouts.request)) } catch let error as KubernetesError {
                throw failure ?? error
            }
            do {
                return try await transport.unary(request, within: max(.zero, min(once, end - .now)))
            } catch let error as KubernetesError where attempt < Self.attempts {
                let delay = Retry.delay(after: error, method: request.method, attempt: attempt, random: .random(in: 0..<1))
                guard let delay, ContinuousClock.now + delay < end else { throw error }
                try await Task.sleep(for: delay)
                failure = error
            }
        }
    }
}
