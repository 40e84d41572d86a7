import Foundation
import NIOHTTP1
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct ServerInformationTests {
    private static let version = #"{"major":"1","minor":"30","gitVersion":"v1.30.4"}"#

    private func information(headers: [String: String], body: String = version) async throws -> ServerInformation {
        try await FakeAPIServer.run(script: [.whole(.ok, body: body, headers: headers)]) { server in
            try await withClient(of: server) { try await $0.serverInformation(within: .seconds(60)) }
        }
    }

    @Test func `version and clock come from one response`() async throws {
        let found = try await information(headers: ["Date": "Thu, 26 Nov 2026 17:42:20 GMT"])
        #expect(found.version == "v1.30.4")
        #expect(found.date == Date(timeIntervalSince1970: 1_795_714_940))
        #expect(found.sent <= found.received)
    }

    @Test(
        arguments: [
            nil, "", "now", "Thu, 26 Foo 2026 17:42:20 GMT", "Thu, 26 Nov 2026 17:42:20 CET", "Thu, 99 Nov 99999999999 17:42:20 GMT",
            "a b c d e GMT",
        ] as [String?]
    )
    func `a missing or odd date is none`(date: String?) async throws {
        #expect(try await information(headers: date.map { ["Date": $0] } ?? [:]).date == nil)
    }

    @Test func `a response without a version is refused`() async throws {
        let error = try await #require(throws: KubernetesError.self) { try await information(headers: [:], body: "{}") }
        #expect(error.kind == .decoding)
    }

    @Test func `a dry run is asked for in the query`() async throws {
        let pod = JSONText.pod("p", version: "1")
        try await FakeAPIServer.run(script: [.ok(pod), .ok(pod)]) { server in
            try await withClient(of: server) { client in
                let read = try JSONDecoder().decode(Pod.self, from: Data(pod.utf8))
                _ = try await client.create(read, as: Pod.self, namespace: "n", isDryRun: true)
                _ = try await client.create(read, as: Pod.self, namespace: "n")
            }
            #expect(server.received.map(\.query) == [["dryRun": "All"], [:]])
        }
    }

    @Test func `an access review of the core group is read, whose group the API server leaves out`() throws {
        let text = #"""
            {"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{"creationTimestamp":null},
            "spec":{"resourceAttributes":{"namespace":"n","verb":"get","resource":"pods"}},"status":{"allowed":true,"reason":"RBAC: …"}}
            """#
        #expect(try JSONDecoder().decode(SelfSubjectAccessReview.self, from: Data(text.utf8)).status?.allowed == true)
    }
}
