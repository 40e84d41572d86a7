import AsyncHTTPClient
import Foundation
import Logging
import TestBasics
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct ConnectionsTests {
    private let now = Box(ContinuousClock.now)
    private let log = RecordingLog()

    private func withConnections(
        _ change: (inout KubernetesConfiguration) -> Void = { _ in },
        _ body: (Connections) async throws -> Void
    ) async throws {
        var configuration = KubernetesConfiguration(endpoint: try Endpoint(server: "https://a", tlsServerName: nil))
        change(&configuration)
        let connections = try Connections(configuration, timeouts: .init(), logger: log.logger, now: { [now] in now.value })
        do { try await body(connections) } catch {
            try await connections.shutdown()
            throw error
        }
        try await connections.shutdown()
    }

    private func certificate(_ number: Int) -> Credential {
        let bytes = [UInt8]((TestPEM.certificate + String(repeating: "\n", count: number)).utf8)
        let key = PEMSource.bytes([UInt8](TestPEM.key.utf8), field: "key")
        return Credential(certificate: ClientCertificate(certificate: .bytes(bytes, field: "crt"), key: key))
    }

    @Test func `the clients stay while nothing changes`() async throws {
        try await withConnections { connections in
            let first = await connections.clients(for: Credential())
            now.change { $0 += .seconds(3600) }
            let second = await connections.clients(for: Credential(token: "t"))
            #expect(first.requests === second.requests && first.watches === second.watches)
        }
    }

    @Test func `a file is read again after a minute, and new clients are made when it has changed`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ca.crt"
            try write(TestPEM.certificate, to: path)
            try await withConnections({ $0.certificateAuthority = .file(path) }) { connections in
                let first = await connections.clients(for: Credential())
                try write(TestPEM.otherCertificate, to: path)
                now.change { $0 += .seconds(59) }
                #expect(await connections.clients(for: Credential()).requests === first.requests)
                now.change { $0 += .seconds(1) }
                let second = await connections.clients(for: Credential())
                #expect(second.requests !== first.requests && second.watches !== first.watches)
                #expect(await connections.count == 2, "what the old ones carry may end")
                now.change { $0 += .seconds(358) }
                #expect(await connections.clients(for: Credential()).requests === second.requests)
                #expect(await connections.count == 2)
                now.change { $0 += .seconds(1) }
                _ = await connections.clients(for: Credential())
                #expect(await connections.count == 1, "six minutes after their last use")
            }
        }
    }

    @Test(arguments: ["", "not PEM", nil])
    func `a file that cannot be used changes nothing and is told once`(content: String?) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/ca.crt"
            try write(TestPEM.certificate, to: path)
            try await withConnections({ $0.certificateAuthority = .file(path) }) { connections in
                let first = await connections.clients(for: Credential())
                if let content { try write(content, to: path) } else { try FileManager.default.removeItem(atPath: path) }
                for _ in 0..<5 {
                    now.change { $0 += .seconds(60) }
                    #expect(await connections.clients(for: Credential()).requests === first.requests)
                }
                #expect(log.messages(at: .warning) == ["certificates cannot be read again; using the last ones"])
                try write(TestPEM.otherCertificate, to: path)
                now.change { $0 += .seconds(60) }
                #expect(await connections.clients(for: Credential()).requests !== first.requests)
            }
        }
    }

    @Test func `another certificate from a plugin gets other clients, and only few old ones are kept`() async throws {
        try await withConnections { connections in
            var last = await connections.clients(for: Credential()).requests
            for number in 0..<20 {
                let next = await connections.clients(for: certificate(number)).requests
                #expect(next !== last)
                #expect(await connections.clients(for: certificate(number)).requests === next)
                last = next
            }
            #expect(await connections.count == 5)
        }
    }

    @Test func `a request with the last certificate takes nothing away from those with the next`() async throws {
        try await withConnections { connections in
            let first = await connections.clients(for: certificate(1)).requests
            let second = await connections.clients(for: certificate(2)).requests
            for _ in 0..<20 {
                #expect(await connections.clients(for: certificate(1)).requests === first)
                #expect(await connections.clients(for: certificate(2)).requests === second)
            }
        }
    }

    @Test func `after the shutdown no clients are made`() async throws {
        let configuration = KubernetesConfiguration(endpoint: try Endpoint(server: "https://a", tlsServerName: nil))
        let connections = try Connections(configuration, timeouts: .init(), logger: quiet)
        let first = await connections.clients(for: Credential())
        try await connections.shutdown()
        #expect(await connections.clients(for: certificate(1)).requests === first.requests)
    }
}
