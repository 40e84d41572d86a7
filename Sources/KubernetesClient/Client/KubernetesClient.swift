import AsyncHTTPClient
public import Logging
import NIOCore
import NIOHTTP1

/// Talks to one API server. Every method throws ``KubernetesError``, or `CancellationError` when its task was cancelled or the client
/// was shut down.
///
/// Requests share a client-side limit. An answer of 429 or 503 is tried again after its `Retry-After`, whatever the verb, because it
/// says that nothing was done; after a lost connection only verbs that can be repeated are tried again.
public final class KubernetesClient: Sendable {
    let transport: Transport
    private let limiter: RateLimiter
    private static let attempts = 4
    private let timeouts: Transport.Timeouts

    /// - Parameters:
    ///   - qps: requests a second on average; watches do not count.
    ///   - burst: requests that may go out at once.
    ///   - requestTimeout: from sending a request to the last byte of its answer. Pages of lists and watches have limits of their own.
    ///   - operationTimeout: for a request and its repetitions, with the waits before and between them.
    /// - Throws: ``KubernetesError`` `configuration` when the certificates cannot be used.
    public convenience init(
        configuration: KubernetesConfiguration,
        qps: Double = 100,
        burst: Int = 200,
        requestTimeout: Duration = .seconds(15),
        operationTimeout: Duration = .seconds(30),
        logger: Logger
    ) throws {
        let timeouts = Transport.Timeouts(request: requestTimeout, operation: operationTimeout)
        let limiter = RateLimiter(rate: qps, burst: burst)
        try self.init(configuration: configuration, limiter: limiter, timeouts: timeouts, logger: logger)
    }

    init(configuration: KubernetesConfiguration, limiter: RateLimiter, timeouts: Transport.Timeouts, logger: Logger) throws {
        transport = try Transport(configuration: configuration, timeouts: timeouts, logger: logger)
        self.timeouts = timeouts
        self.limiter = limiter
    }

    /// Closes the connections. The client must not be used any more.
    public func shutdown() async throws {
        try await transport.shutdown()
    }

    /// Asks the API server whether it is ready to serve.
    public func isReady() async throws {
        _ = try await send(Request(method: .GET, path: "/readyz"))
    }

    /// Sends a request, again if need be.
    /// - Throws: ``KubernetesError``, also for every answer that is no success.
    func send(_ request: Request) async throws -> ByteBuffer {
        let (once, altogether) = request.isPage ? (timeouts.page, timeouts.page) : (timeouts.request, timeouts.operation)
        let end = ContinuousClock.now + altogether
        var failure: KubernetesError?
        var attempt = 0
        while true {
            attempt += 1
            // Whoever waits for the limit must still have time for the request itself.
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
