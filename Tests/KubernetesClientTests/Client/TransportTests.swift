import Foundation
import NIOCore
import NIOHTTP1
import TestBasics
import Testing

@testable import KubernetesClient

/// What becomes of answers that are no success, and of connections that are none.
@Suite(.timeLimit(.minutes(1)))
struct TransportTests {
    private func error(
        _ script: [FakeAPIServer.Answer],
        timeout: Duration = .seconds(30),
        requests: Int = 1
    ) async throws -> KubernetesError? {
        try await FakeAPIServer.run(script: script) { server in
            let error = try await withClient(of: server, timeouts: Transport.Timeouts(request: timeout)) { client in
                try await kubernetesError { _ = try await client.create(Pod("p"), namespace: "n") }
            }
            #expect(server.received.count == requests)
            return error
        }
    }

    @Test func `a Status object is kept whole`() async throws {
        let details = #"{"name":"p","kind":"pods","causes":[{"reason":"r","message":"m","field":"spec.x"}],"retryAfterSeconds":9}"#
        let body = JSONText.status(422, "Invalid", message: "bad", details: details)
        let error = try await error([.whole(.unprocessableEntity, body: body)])
        #expect(error?.kind == .status && error?.code == 422 && error?.reason == "Invalid" && error?.message == "bad")
        #expect(error?.status?.details?.causes?.first?.field == "spec.x")
        #expect(error?.retryAfterSeconds == 9)
    }

    @Test(arguments: [
        ("<html>\n <h1>Bad   gateway</h1>\n</html>", "<html> <h1>Bad gateway</h1> </html>"), ("", "HTTP 400"),
        (#"{"error":"no"}"#, #"{"error":"no"}"#), (String(repeating: "x", count: 2000), String(repeating: "x", count: 500)),
    ])
    func `a body that is no Status is quoted in short`(body: String, message: String) async throws {
        let error = try await error([.whole(.badRequest, body: body)])
        #expect(error == KubernetesError(.status, message, code: 400))
    }

    @Test func `a redirect is not followed`() async throws {
        let location = ["Location": "http://127.0.0.1:1/elsewhere"]
        let error = try await error([.whole(.temporaryRedirect, body: "", headers: location)])
        #expect(error?.code == 307)
    }

    @Test func `429 is tried again after its Retry-After, whatever the verb`() async throws {
        let busy = FakeAPIServer.Answer.whole(.tooManyRequests, body: "", headers: ["Retry-After": "0"])
        let pod = FakeAPIServer.Answer.ok(JSONText.pod("p", version: "1"))
        #expect(try await error([busy, busy, pod], requests: 3) == nil)
        #expect(try await error([busy, busy, busy, busy, pod], requests: 4)?.isTooManyRequests == true)
        let later = FakeAPIServer.Answer.whole(.tooManyRequests, body: "", headers: ["Retry-After": "60"])
        #expect(try await error([later, pod], requests: 1)?.retryAfterSeconds == 60)
    }

    @Test func `503 without Retry-After is not tried again for a verb that cannot be repeated`() async throws {
        #expect(try await error([.whole(.serviceUnavailable, body: "starting")], requests: 1)?.message == "starting")
        try await FakeAPIServer.run(script: [.whole(.serviceUnavailable, body: ""), .ok(JSONText.pod("p", version: "1"))]) { server in
            try await withClient(of: server) { _ = try await $0.get(Pod.self, name: "p", namespace: "n") }
            #expect(server.received.count == 2)
        }
    }

    @Test func `a body that does not come in time is a time-out`() async throws {
        let slow = FakeAPIServer.Answer.stream([.text("{"), .silence])
        let error = try await error([slow], timeout: .seconds(1))
        #expect(error == KubernetesError(.timedOut, "no complete answer within 1.0 s"))
    }

    @Test func `a head that does not come in time is a time-out`() async throws {
        try await FakeAPIServer.run(handler: { _, _ in
            do { try await Task.sleep(for: .seconds(3600)) } catch { /* the test is over */  }
            return .ok("")
        }) { server in
            try await withClient(of: server, timeouts: Transport.Timeouts(request: .seconds(1))) { client in
                let error = try await kubernetesError { _ = try await client.create(Pod("p"), namespace: "n") }
                #expect(error?.kind == .timedOut)
            }
        }
    }

    @Test func `a request that nobody ever answers is given up, with its repetitions, after the time for them all`() async throws {
        try await FakeAPIServer.run(handler: { _, _ in
            do { try await Task.sleep(for: .seconds(3600)) } catch { /* the test is over */  }
            return .ok("")
        }) { server in
            let timeouts = Transport.Timeouts(request: .seconds(1), operation: .milliseconds(2100))
            try await withClient(of: server, timeouts: timeouts) { client in
                let error = try await kubernetesError { _ = try await client.get(Pod.self, name: "p", namespace: "n") }
                #expect(error?.kind == .timedOut)
                #expect((1...2).contains(server.received.count))
            }
        }
    }

    @Test func `a connection that is cut in the body is a lost connection`() async throws {
        let error = try await error([.stream([.text("{"), .cut])])
        #expect(error?.kind == .transport)
        #expect(error?.isUnavailable == true)
    }

    @Test func `a GET is sent again after a lost connection`() async throws {
        try await FakeAPIServer.run(script: [.stream([.text("{"), .cut]), .ok(JSONText.pod("p", version: "1"))]) { server in
            try await withClient(of: server) { _ = try await $0.get(Pod.self, name: "p", namespace: "n") }
            #expect(server.received.count == 2)
        }
    }

    @Test func `a failure that is cut in the body is a lost connection, so that it is asked again`() async throws {
        let cut = FakeAPIServer.Answer.stream([.text("{"), .cut], status: .notFound)
        try await FakeAPIServer.run(script: [cut, .ok(JSONText.pod("p", version: "1"))]) { server in
            try await withClient(of: server) { _ = try await $0.get(Pod.self, name: "p", namespace: "n") }
            #expect(server.received.count == 2)
        }
    }

    @Test func `a refused connection is reported at once`() async throws {
        let port = try await FakeAPIServer.run(script: []) { $0.port }
        try await withClient(KubernetesConfiguration(port: port)) { client in
            let started = ContinuousClock.now
            let error = try await kubernetesError { _ = try await client.create(Pod("p"), namespace: "n") }
            #expect(error?.kind == .transport)
            #expect(ContinuousClock.now - started < .seconds(5))
        }
    }

    @Test func `cancellation is told as such`() async throws {
        try await FakeAPIServer.run(script: [.stream([.text("{"), .silence])]) { server in
            try await withClient(of: server) { client in
                let task = Task { try await client.create(Pod("p"), namespace: "n") }
                await server.waitForRequests(1)
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }
    }

    @Test func `more requests than connections are all answered`() async throws {
        try await FakeAPIServer.run(handler: { _, _ in .ok(JSONText.pod("p", version: "1")) }) { server in
            try await withClient(of: server) { client in
                let answers = try await withThrowingTaskGroup(of: Pod.self) { group in
                    for _ in 0..<200 { group.addTask { try await client.get(Pod.self, name: "p", namespace: "n") } }
                    return try await group.reduce(into: 0) { count, _ in count += 1 }
                }
                #expect(answers == 200)
            }
        }
    }

    @Test func `open watches do not keep requests from going out`() async throws {
        try await FakeAPIServer.run(handler: { request, _ in
            request.isWatch ? .stream([.silence]) : .ok(JSONText.pod("p", version: "1"))
        }) { server in
            try await withClient(of: server) { client in
                let watches = (0..<20).map { _ in
                    Task { for try await _ in client.watch(Pod.self, resourceVersion: "1") {} }
                }
                await server.waitForRequests(20)
                _ = try await client.get(Pod.self, name: "p", namespace: "n")
                for watch in watches { watch.cancel() }
            }
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct AuthenticationTests {
    private func refusing(_ refused: String) -> FakeAPIServer.Handler {
        { request, _ in
            request.headers["Authorization"] == ["Bearer \(refused)"]
                ? .whole(.unauthorized, body: JSONText.status(401, "Unauthorized")) : .ok(JSONText.pod("p", version: "1"))
        }
    }

    @Test func `a token goes into each request`() async throws {
        try await FakeAPIServer.run(handler: refusing("other")) { server in
            try await withClient(of: server, credentials: .token("t")) { _ = try await $0.get(Pod.self, name: "p", namespace: "n") }
            #expect(server.received.map { $0.headers["Authorization"] } == [["Bearer t"]])
        }
    }

    @Test func `a refused token that cannot be renewed is an error, once`() async throws {
        try await FakeAPIServer.run(handler: refusing("t")) { server in
            try await withClient(of: server, credentials: .token("t")) { client in
                let error = try await kubernetesError { _ = try await client.get(Pod.self, name: "p", namespace: "n") }
                #expect(error?.isUnauthorized == true)
                #expect("\(String(describing: error))".contains("Bearer") == false)
            }
            #expect(server.received.count == 1)
        }
    }

    @Test func `a refused token is read anew and tried once more`() async throws {
        try await withTemporaryFolder { folder in
            try write("old", to: folder + "/token")
            try await FakeAPIServer.run(handler: refusing("old")) { server in
                try await withClient(of: server, credentials: .tokenFile(folder + "/token")) { client in
                    let error = try await kubernetesError { _ = try await client.get(Pod.self, name: "p", namespace: "n") }
                    #expect(error?.isUnauthorized == true)
                    #expect(server.received.count == 2)
                    try write("new", to: folder + "/token")
                    _ = try await client.create(Pod("p"), namespace: "n")
                    #expect(server.received.last?.headers["Authorization"] == ["Bearer new"])
                    #expect(server.received.last?.body.isEmpty == false, "with its body")
                }
            }
        }
    }

    @Test func `a plugin that is slower than a request may be does not fail it`() async throws {
        try await withTemporaryFolder { folder in
            let slow = try plugin(in: folder, "sleep 5.2\n" + print(token: "t"))
            try await FakeAPIServer.run(handler: refusing("other")) { server in
                let timeouts = Transport.Timeouts(request: .seconds(5))
                try await withClient(of: server, credentials: .exec(slow), timeouts: timeouts) { client in
                    _ = try await client.get(Pod.self, name: "p", namespace: "n")
                }
                #expect(server.received.count == 1)
            }
        }
    }
}

/// HTTPS with certificates on both sides.
@Suite(.timeLimit(.minutes(1)))
struct MutualTLSTests {
    private func configuration(port: Int, name: String?) throws -> KubernetesConfiguration {
        var configuration = KubernetesConfiguration(endpoint: try Endpoint(server: "https://127.0.0.1:\(port)", tlsServerName: name))
        configuration.certificateAuthority = .bytes([UInt8](TestPEM.certificate.utf8), field: "ca")
        configuration.clientCertificate = .bytes([UInt8](TestPEM.certificate.utf8), field: "crt")
        configuration.clientKey = .bytes([UInt8](TestPEM.key.utf8), field: "key")
        return configuration
    }

    private func get(_ change: (inout KubernetesConfiguration) -> Void = { _ in }, name: String?) async throws -> [FakeAPIServer.Received] {
        let tls = try TestPEM.serverConfiguration()
        return try await FakeAPIServer.run(tls: tls, handler: { _, _ in .ok(JSONText.pod("p", version: "1")) }) { server in
            var configuration = try configuration(port: server.port, name: name)
            change(&configuration)
            try await withClient(configuration) { _ = try await $0.create(Pod("p"), namespace: "n") }
            return server.received
        }
    }

    @Test func `tls-server-name is what the certificate is checked against, and Host stays the server`() async throws {
        let received = try await get(name: "apiserver.test")
        #expect(received.count == 1)
        #expect(received[0].headers["Host"].first?.hasPrefix("127.0.0.1:") == true)
    }

    @Test(arguments: [nil, "other.test"])
    func `a server by another name is not trusted`(name: String?) async throws {
        let error = try await kubernetesError { _ = try await get(name: name) }
        #expect(error?.kind == .transport)
    }

    @Test func `an authority that did not sign it is not trusted, unless verification is off`() async throws {
        let error = try await kubernetesError { _ = try await get({ $0.certificateAuthority = nil }, name: "apiserver.test") }
        #expect(error?.kind == .transport)
        let received = try await get({ ($0.certificateAuthority, $0.skipsTLSVerification) = (nil, true) }, name: nil)
        #expect(received.count == 1)
    }

    @Test func `without a client certificate the server lets nobody in`() async throws {
        let error = try await kubernetesError {
            _ = try await get({ ($0.clientCertificate, $0.clientKey) = (nil, nil) }, name: "apiserver.test")
        }
        #expect(error?.kind == .transport)
    }

    @Test func `a certificate from a plugin is used, and another after a refusal`() async throws {
        try await withTemporaryFolder { folder in
            let script = "echo run >> runs\n" + print(certificate: TestPEM.certificate, key: TestPEM.key)
            let plugin = try plugin(in: folder, script)
            let tls = try TestPEM.serverConfiguration()
            let answer: FakeAPIServer.Handler = { _, index in
                index == 1 ? .whole(.unauthorized, body: "") : .ok(JSONText.pod("p", version: "1"))
            }
            try await FakeAPIServer.run(tls: tls, handler: answer) { server in
                var configuration = try configuration(port: server.port, name: "apiserver.test")
                (configuration.clientCertificate, configuration.clientKey, configuration.credentials) = (nil, nil, .exec(plugin))
                try await withClient(configuration) { client in
                    for _ in 0..<3 { _ = try await client.create(Pod("p"), namespace: "n") }
                }
                #expect(server.received.count == 4)
                #expect(server.received.allSatisfy { $0.headers["Authorization"].isEmpty })
                #expect(try String(contentsOfFile: folder + "/runs", encoding: .utf8) == "run\nrun\n")
            }
        }
    }

    @Test func `an authority that was rotated is trusted by the next request`() async throws {
        try await withTemporaryFolder { folder in
            try write(TestPEM.otherCertificate, to: folder + "/ca.crt")
            let tls = try TestPEM.serverConfiguration()
            try await FakeAPIServer.run(tls: tls, handler: { _, _ in .ok(JSONText.pod("p", version: "1")) }) { server in
                var configuration = try configuration(port: server.port, name: "apiserver.test")
                configuration.certificateAuthority = .file(folder + "/ca.crt")
                let now = Box(ContinuousClock.now)
                let connections = try Connections(configuration, timeouts: .init(), logger: quiet, now: { now.value })
                let transport = Transport(configuration, connections: connections, timeouts: .init(), logger: quiet)
                let request = Request(method: .GET, path: "/x")
                let error = try await kubernetesError { _ = try await transport.unary(request, within: .seconds(15)) }
                #expect(error?.kind == .transport)
                try write(TestPEM.certificate, to: folder + "/ca.crt")
                now.change { $0 += .seconds(60) }
                let later = try await kubernetesError { _ = try await transport.unary(request, within: .seconds(15)) }
                #expect(later == nil)
                try await transport.shutdown()
            }
        }
    }
}
