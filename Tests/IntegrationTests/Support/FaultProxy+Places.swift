import AsyncHTTPClient
import Foundation
import NIOSSL
import TestBasics
import Testing

@testable import KubernetesClient

extension FaultProxy {
    /// Puts a proxy before the API server.
    /// - Parameter body: told the proxy, and a kubeconfig that leads to it.
    static func beforeAPIServer<Result: Sendable>(
        kubeconfig: String? = TestCluster.kubeconfig,
        seed: UInt64 = 1,
        share: Double,
        _ body: @escaping @Sendable (FaultProxy, String) async throws -> Result
    ) async throws -> Result {
        let server = try KubernetesConfiguration.load(environment: ["KUBECONFIG": try #require(kubeconfig)])
        return try await withClient(try server.tlsConfiguration()) { client in
            let proxy = FaultProxy(upstream: server.server, client: client, dialect: .kubernetes, seed: seed, share: share)
            return try await proxy.run { url in
                try await withTemporaryFolder { folder in
                    let path = folder + "/kubeconfig"
                    try """
                    apiVersion: v1
                    kind: Config
                    current-context: proxy
                    contexts: [{name: proxy, context: {cluster: proxy}}]
                    clusters: [{name: proxy, cluster: {server: "\(url)"}}]
                    """.write(toFile: path, atomically: true, encoding: .utf8)
                    return try await body(proxy, path)
                }
            }
        }
    }

    /// Puts a proxy before the database.
    /// - Parameter body: told the proxy and its URL.
    static func beforeDatabase<Result: Sendable>(
        seed: UInt64,
        share: Double,
        _ body: @escaping @Sendable (FaultProxy, String) async throws -> Result
    ) async throws -> Result {
        try await withClient(nil) { client in
            let proxy = FaultProxy(upstream: try #require(TestStore.endpoint), client: client, dialect: .dynamoDB, seed: seed, share: share)
            return try await proxy.run { url in try await body(proxy, url) }
        }
    }

    private static func withClient<Result>(_ tls: TLSConfiguration?, _ body: (HTTPClient) async throws -> Result) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result
        do { result = try await body(client) } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return result
    }
}
