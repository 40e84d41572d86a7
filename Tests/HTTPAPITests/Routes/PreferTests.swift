import FoundationEssentials
import HTTPTypes
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// `POST /stacks` with `Prefer`.
@Suite(.timeLimit(.minutes(1))) struct PreferTests {
    private static func prefer(_ value: String) throws -> HTTPFields {
        [try #require(HTTPField.Name("Prefer")): value]
    }

    @Test(arguments: [
        ("respond-async", 202, "respond-async"), ("handling=lenient, Respond-Async", 202, "respond-async"),
        ("wait=0", 201, "wait=0"), ("respond-async, wait=0", 202, "respond-async, wait=0"),
        ("handling=lenient", 201, nil), ("wait=soon", 201, nil),
    ])
    func `the answer says which preferences were applied`(value: String, status: Int, applied: String?) async throws {
        try await withAPI { api async throws in
            let created = try await api.create(headers: try Self.prefer(value))
            #expect(created.status == status, "\(created.text)")
            #expect(created.header("Preference-Applied") == applied)
            let id = try #require(created.body["stack_id"]?.string)
            #expect(created.header("Location") == "/stacks/\(id)")
            #expect(created.body["status"] == "creating" && created.body["warnings"] == [])
        }
    }

    @Test func `a wait for readiness is answered with 201 when the stack is ready, and is never longer than a minute`() async throws {
        try await withAPI { api async throws in
            let answer = Task { try await api.create(headers: try Self.prefer("wait=600")) }
            try await api.service.cluster.state.wait { !$0.services.isEmpty }
            let id = try #require(api.service.cluster.state.value.pods.keys.first)
            api.service.cluster.observe(id) { pod in
                pod.phase = .running
                pod.isReady = true
            }
            #expect(try await answer.value.status == 201)
            #expect(try await answer.value.body["status"] == "running")
            #expect(try await answer.value.header("Preference-Applied") == "wait=60")
        }
    }

    @Test(arguments: [nil, "wait=20", "respond-async, wait=20"] as [String?])
    func `a client that leaves a create without owner and key leaves nothing`(preference: String?) async throws {
        var options = APIBench.Options()
        options.service.settings.requireOwner = false
        try await Wire.withServer(options) { api, port in
            api.service.cluster.state.update { $0.scheduling = .held }
            let client = try await RawClient.connect(port)
            let body = createBody(user: nil, problem: nil)
            let more = preference.map { "Prefer: \($0)" } ?? "Accept: */*"
            try await client.send(Wire.head("POST /stacks", more, "Content-Length: \(body.utf8.count)") + body)
            try await api.service.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
            client.close()
            try await api.log.lines.wait { $0.contains { $0.message == "request" && $0.metadata["status"] == "499" } }
            #expect(api.service.cluster.isEmpty)
            #expect(try await api.service.store.allRecords().isEmpty)
            // One that has its answer may go.
            api.service.cluster.state.update { $0.scheduling = .atOnce }
            let other = try await RawClient.connect(port)
            try await other.send(Wire.head("POST /stacks", "Content-Length: \(body.utf8.count)") + body)
            try await other.received.wait { $0.text.contains("HTTP/1.1 201 ") && $0.text.hasSuffix("}") }
            other.close()
            #expect(try await api.get("/stacks").body["stacks"]?.array.count == 1)
        }
    }

    @Test func `a client that leaves an asynchronous create leaves its stack`() async throws {
        try await Wire.withServer { api, port in
            api.service.cluster.state.update { $0.scheduling = .held }
            let client = try await RawClient.connect(port)
            let body = createBody()
            try await client.send(Wire.head("POST /stacks", "Prefer: wait=20", "Content-Length: \(body.utf8.count)") + body)
            try await api.service.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
            client.close()
            try await api.log.lines.wait { $0.contains { $0.message == "request" } }
            let id = try #require(api.service.cluster.state.value.pods.keys.first)
            api.service.cluster.schedule(id)
            try await api.service.store.script.wait { $0.ended[.activate] == 1 }
            #expect(try await api.service.store.allRecords().map(\.state) == [.active])
        }
    }
}
