import Foundation
import HTTPTypes
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// The operations of the store and the requests to the API server that each call takes, against the table of docs/performance.md.
@Suite(.timeLimit(.minutes(1))) struct CallCostTests {
    private struct Counts {
        var store: [ScriptedStore.Call: Int]
        var cluster: [FakeCluster.Call: Int]

        init(_ bench: StackBench) {
            store = bench.store.script.value.begun
            cluster = bench.cluster.state.value.script.begun
        }

        /// The row of the table for a call that was made between `before` and these counts.
        func row(_ call: String, since before: Counts) -> String {
            let operations = ScriptedStore.Call.allCases.compactMap { operation -> String? in
                let count = (store[operation] ?? 0) - (before.store[operation] ?? 0)
                return count == 0 ? nil : "\(count) \(operation)"
            }
            var requests: [String: Int] = [:]
            for (call, verbs) in CallCostTests.requests {
                let count = (cluster[call] ?? 0) - (before.cluster[call] ?? 0)
                for verb in verbs { requests[verb, default: 0] += count }
            }
            let texts = requests.filter { $0.value > 0 }.sorted { $0.key > $1.key }.map { "\($0.value) \($0.key)" }
            func text(_ parts: [String]) -> String { parts.isEmpty ? "none" : parts.joined(separator: ", ") }
            return "| \(call) | \(text(operations)) | \(text(texts)) |"
        }
    }

    /// The requests of each operation of the cluster while all goes well. `RequestCountTests` counts them on a real API server.
    private static let requests: [FakeCluster.Call: [String]] = [
        .createPod: ["POST"], .createService: ["POST"], .waitUntilScheduled: [], .deleteService: ["DELETE"], .deletePod: ["DELETE"],
        .isGone: ["GET", "GET"], .waitUntilGone: ["GET", "GET"], .objectsExist: ["GET", "GET"], .nodeExists: ["GET"],
        .events: ["GET", "GET"], .log: ["GET"],
    ]

    @Test func `each call costs what the table of measurements says`() async throws {
        try await Wire.withServer { api, port in
            let bench = api.service
            bench.cluster.state.update { $0.logs = ["web": Array("ready\n".utf8)] }
            var rows: [String] = []
            func measure(_ call: String, _ body: () async throws -> Void) async throws {
                let before = Counts(bench)
                try await body()
                rows.append(Counts(bench).row(call, since: before))
            }
            func expect(_ status: Int, _ answer: Answer, sourceLocation: SourceLocation = #_sourceLocation) {
                #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
            }

            var path = ""
            var id = StackID.numbered(1)
            try await measure("`POST /stacks`") {
                let created = try await api.create(user: 1)
                expect(201, created)
                id = try #require(created.body["stack_id"]?.string.flatMap { StackID($0) })
                path = "/stacks/\(id)"
            }
            try await measure("… with `Prefer: respond-async`, to its end") {
                expect(202, try await api.create(user: 2, headers: [try #require(HTTPField.Name("Prefer")): "respond-async"]))
                try await bench.store.script.wait { $0.ended[.activate] == 2 }
            }
            bench.cluster.observe(id) { pod in
                pod.containerNames = ["web"]
                pod.phase = .running
                pod.isReady = true
            }
            try await measure("`GET /stacks/{stack_id}`, `…/status`") { expect(200, try await api.get(path)) }
            try await measure("`…/status?wait=20s&for=ready`, ready already") {
                expect(200, try await api.get(path + "/status?wait=20s&for=ready"))
            }
            try await measure("`…/status?wait=20s`, answered after a change") {
                let status = path + "/status?wait=20s"
                let answer = Task { try await api.get(status) }
                try await bench.time.waitForSleeper(until: bench.time.now + 20)
                bench.cluster.observe(id) { $0.isReady = false }
                expect(200, try await answer.value)
            }
            try await measure("`POST …/renew`") {
                bench.time.advance(by: .seconds(60))
                expect(200, try await api.send(.post, path + "/renew"))
            }
            try await measure("`GET …/events`") { expect(200, try await api.get(path + "/events")) }
            try await measure("`GET …/logs`") { expect(200, try await api.get(path + "/logs")) }
            try await measure("`GET /stacks`, each page of it too") { expect(200, try await api.get("/stacks?limit=1")) }
            let client = try await RawClient.connect(port)
            try await measure("`GET /stacks/events`: the first client, with its snapshot") {
                try await client.send(Wire.head("GET /stacks/events"))
                try await client.received.wait { $0.events.first?.name == "snapshot" }
            }
            try await measure("… a further client") {
                let second = try await RawClient.connect(port)
                try await second.send(Wire.head("GET /stacks/events"))
                try await second.received.wait { $0.events.first?.name == "snapshot" }
                second.close()
            }
            try await measure("… a change of a stack, for all clients together") {
                bench.cluster.observe(id) { $0.isReady = true }
                try await client.received.wait { $0.events.last?.name == "stack" }
            }
            client.close()
            while bench.changes.hasAudience { await Task.yield() }
            try await measure("`DELETE /stacks/{stack_id}`") { expect(200, try await api.send(.delete, path)) }
            try await measure("`DELETE /stacks?user_id=…`") { expect(202, try await api.send(.delete, "/stacks?user_id=2")) }

            let document = URL(filePath: #filePath).appending(path: "../../../../docs/performance.md").standardizedFileURL
            let table = try String(contentsOf: document, encoding: .utf8).split(separator: "\n").map(String.init)
            #expect(rows.filter { !table.contains($0) } == [])
        }
    }
}
