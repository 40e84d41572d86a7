import AsyncHTTPClient
import NIOCore
import NIOHTTPCompression
import NIOSSL

/// The two HTTP clients of a TLS configuration: the idle timeout is set per client, and a watch is idle for minutes.
struct HTTPClients: Sendable {
    let requests: HTTPClient
    let watches: HTTPClient

    init(_ tls: TLSConfiguration, _ endpoint: Endpoint, _ timeouts: Transport.Timeouts) {
        let decompression = HTTPClient.Decompression.enabled(limit: .size(Transport.maximumBodySize))
        requests = Self.makeClient(tls, endpoint, idleTimeout: timeouts.pageIdle, decompression)
        watches = Self.makeClient(tls, endpoint, idleTimeout: timeouts.watchIdle, .disabled)
    }

    func shutdown() async throws {
        var failure: (any Error)?
        for client in [requests, watches] {
            do { try await client.shutdown() } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private static func makeClient(
        _ tls: TLSConfiguration,
        _ endpoint: Endpoint,
        idleTimeout: Duration,
        _ decompression: HTTPClient.Decompression
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        configuration.dnsOverride = endpoint.dnsOverride
        // A timeout closes an HTTP/1.1 connection, but only a stream of an HTTP/2 connection. An HTTP/2 connection to a load balancer in
        // front of a dead API server acknowledges packets, never responds, and would be reused forever.
        configuration.httpVersion = .http1Only
        // A redirect would send the token to another server.
        configuration.redirectConfiguration = .disallow
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(10), read: TimeAmount(idleTimeout))
        configuration.decompression = decompression
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        // Only `Retry` decides on retries.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = DeadConnections.detect
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}
