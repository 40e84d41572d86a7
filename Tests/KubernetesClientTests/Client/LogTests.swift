import NIOHTTP1
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct LogTests {
    @Test func `a log is read with its limits, byte by byte`() async throws {
        try await FakeAPIServer.run(script: [.ok("one\n\u{1b}[0mtwo")]) { server in
            let log = try await withClient(of: server) { client in
                try await client.log(ofPod: "p", namespace: "n", container: "a b", tailLines: 7, limitBytes: 100)
            }
            #expect(log == Array("one\n\u{1b}[0mtwo".utf8))
            #expect(server.received.map(\.path) == ["/api/v1/namespaces/n/pods/p/log"])
            #expect(server.received.first?.query == ["container": "a b", "tailLines": "7", "limitBytes": "100"])
        }
    }

    @Test func `a server that ignores the limit is cut off`() async throws {
        let endless = FakeAPIServer.Answer.stream(Array(repeating: .text(String(repeating: "x", count: 1 << 16)), count: 4) + [.silence])
        try await FakeAPIServer.run(script: [endless]) { server in
            try await withClient(of: server) { client in
                let error = try await kubernetesError {
                    _ = try await client.log(ofPod: "p", namespace: "n", container: "c", tailLines: 1, limitBytes: 1000)
                }
                #expect(error?.kind == .decoding)
                #expect(error?.message.hasPrefix("the answer is longer than ") == true)
            }
        }
    }

    @Test func `a list with a maximum reads no more pages than it takes`() async throws {
        let pages = (1...3).map {
            JSONText.list(["\($0)a", "\($0)b"].map { JSONText.pod($0, version: "1") }, version: "1", continue: "t\($0)")
        }
        try await FakeAPIServer.run(script: pages.map { .ok($0) }) { server in
            let list = try await withClient(of: server) { client in
                try await client.list(Pod.self, namespace: "n", fieldSelector: "involvedObject.name=p", maximumCount: 3)
            }
            #expect(list.items.map(\.metadata.name) == ["1a", "1b", "2a", "2b"])
            #expect(server.received.map { $0.query["fieldSelector"] } == ["involvedObject.name=p", "involvedObject.name=p"])
        }
    }
}
