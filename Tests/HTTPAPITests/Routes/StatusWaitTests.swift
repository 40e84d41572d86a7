import FoundationEssentials
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// `GET /stacks/{stack_id}/status?wait=…`.
@Suite(.timeLimit(.minutes(1))) struct StatusWaitTests {
    @Test(arguments: [
        ("wait=x", "wait: is \"x\"; must be a duration such as 20s; 60s is the longest"),
        ("wait=", "wait: is \"\"; must be a duration such as 20s; 60s is the longest"),
        ("wait", "wait: is \"\"; must be a duration such as 20s; 60s is the longest"),
        ("wait=20", "wait: is \"20\"; must be a duration such as 20s; 60s is the longest"),
        ("wait=-1s", "wait: is \"-1s\"; must be a duration such as 20s; 60s is the longest"),
        ("wait=1s&wait=2s", "wait: stands 2 times in the query"),
        ("wait=1s&for=running", "for: is \"running\"; must be ready"), ("for=ready", "for: needs wait, as in ?wait=20s&for=ready"),
        ("wait=1s&for=ready&for=ready", "for: stands 2 times in the query"),
    ])
    func `a query that is not understood is refused by name`(query: String, error: String) async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let answer = try await api.get("/stacks/\(id)/status?\(query)")
            #expect(answer.status == 400 && answer.code == "invalid_request")
            #expect(answer.error == error)
        }
    }

    @Test(arguments: ["wait=0", "wait=0s&for=ready", "x=1", ""])
    func `without time to wait the status is answered at once`(query: String) async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let answer = try await api.get("/stacks/\(id)/status?\(query)")
            #expect(answer.status == 200 && answer.body["status"] == "creating")
        }
    }

    @Test(arguments: ["wait=20s", "wait=20s&for=ready", "for=ready&wait=0m20s"])
    func `a status that waits is answered by the change`(query: String) async throws {
        try await withAPI { api async throws in
            let stack = try await api.service.service.create(.sample(), logger: silentLogger).stack
            let answer = Task { try await api.get("/stacks/\(stack.record.id)/status?\(query)") }
            try await api.service.time.waitForSleeper(until: api.service.time.now + 20)
            api.service.cluster.observe(stack.record.id) { pod in
                pod.phase = .running
                pod.isReady = true
            }
            let body = try await answer.value.body
            #expect(body["status"] == "running")
            #expect(body.keys == (try await api.get("/stacks/\(stack.record.id)/status")).body.keys)
        }
    }

    @Test func `a wait is no longer than a minute, and for a stack that there is not none at all`() async throws {
        try await withAPI { api async throws in
            #expect(try await api.get("/stacks/stack-0123456789abcdef/status?wait=20s").status == 404)
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let answer = Task { try await api.get("/stacks/\(id)/status?wait=1h") }
            try await api.service.time.waitForSleeper(until: api.service.time.now + 60)
            api.service.time.advance(by: .seconds(60))
            #expect(try await answer.value.status == 200)
        }
    }

    @Test func `a client that goes away ends its wait at once`() async throws {
        try await Wire.withServer { api, port in
            let id = try await api.service.service.create(.sample(), logger: silentLogger).stack.record.id
            let client = try await RawClient.connect(port)
            try await client.send(Wire.head("GET /stacks/\(id)/status?wait=60s"))
            try await api.service.time.waitForSleeper(until: api.service.time.now + 60)
            client.close()
            try await api.log.lines.wait { $0.contains { $0.message == "request" } }
            #expect(api.service.changes.waitCount == 0)
        }
    }

    @Test func `a connection whose wait was answered serves the next request`() async throws {
        try await Wire.withServer { api, port in
            let id = try await api.service.service.create(.sample(), logger: silentLogger).stack.record.id
            let client = try await RawClient.connect(port)
            try await client.send(Wire.head("GET /stacks/\(id)/status?wait=60s"))
            try await api.service.time.waitForSleeper(until: api.service.time.now + 60)
            api.service.cluster.observe(id) { $0.phase = .running }
            try await client.received.wait { $0.text.contains(#""status":"running""#) }
            try await client.send(Wire.head("GET /healthz"))
            try await client.received.wait { $0.text.hasSuffix(#"{"status":"ok"}"#) }
            client.close()
        }
    }
}
