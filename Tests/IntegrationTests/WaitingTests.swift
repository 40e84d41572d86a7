import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Subprocess
import TestBasics
import Testing

/// Callers that wait for a change instead of asking again and again.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct WaitingTests {
    /// Capacity without a node: every Pod stays unschedulable.
    private static let withoutNode = [
        "STACK_NODE_SELECTOR": "node-kind=none", "CLUSTER_TOTAL_CPU": "10", "CLUSTER_TOTAL_MEMORY": "10Gi",
        "STACK_SCHEDULING_TIMEOUT": "2s",
    ]

    @Test func `an asynchronous create is answered as creating, and its readiness can be waited for`() async throws {
        try await withService { service, namespace, client in
            let created = try await service.api.create(user: 1, problem: 1, headers: ["Prefer": "respond-async"])
            #expect(created.status == 202, "\(created.text)")
            #expect(created.headers.first(name: "Preference-Applied") == "respond-async")
            #expect(created.body["status"]?.string == "creating")
            let id = try #require(created.body["stack_id"]?.string)
            let ready = try await service.api.get("/stacks/\(id)/status?wait=60s&for=ready")
            #expect(ready.status == 200 && ready.body["status"]?.string == "running", "\(ready.text)")
            #expect(try await service.api.delete(id).status == 200)
            try await expectNothingLeft(in: namespace, client)
        }
    }

    @Test func `an asynchronous create that fails says why for a while, holds nothing and bars no retry`() async throws {
        try await withService(Self.withoutNode) { service, namespace, client in
            let created = try await service.api.create(user: 1, problem: 1, headers: ["Prefer": "respond-async"])
            #expect(created.status == 202, "\(created.text)")
            let id = try #require(created.body["stack_id"]?.string)
            let failed = try await service.api.get("/stacks/\(id)/status?wait=30s")
            #expect(failed.body["status"]?.string == "failed" && failed.body["reason"]?.string == "Unschedulable", "\(failed.text)")
            try await expectNothingLeft(in: namespace, client)
            let stats = try await service.api.get("/stats").body
            #expect(stats["used_node_ports"]?.int == 0 && stats["reserved_cpu_milli"]?.int == 0)
            #expect(try await service.api.create(user: 1, problem: 1).code == "unschedulable")
        }
    }

    @Test func `a wait at one replica ends with the delete at the other, and the events of one show what the other does`() async throws {
        guard TestStore.endpoint != nil else { return }
        let settings = ["STACK_SCHEDULER_INTERVAL": "1s"]
        try await withServiceEnvironment(settings, store: .dynamodb) { environment, _, _ in
            let outer = try await ServiceProcess.run(environment) { first in
                let inner = try await ServiceProcess.run(environment) { second in
                    try await withEvents(of: first) { events in
                        try await events.wait { $0.contains("event: snapshot\n") }
                        let id = try #require(try await second.api.create(user: 1, problem: 1).body["stack_id"]?.string)
                        try await events.wait { $0.contains("event: stack\n") && $0.contains(id) }
                        _ = try await first.api.get("/stacks/\(id)/status?wait=60s&for=ready")
                        let wait = Task { try await first.api.get("/stacks/\(id)/status?wait=60s") }
                        let started = ContinuousClock.now
                        #expect(try await second.api.delete(id).status == 200)
                        #expect(try await wait.value.status == 404)
                        #expect(ContinuousClock.now - started < .seconds(50))
                        try await events.wait { $0.contains("event: removed\ndata: {\"stack_id\":\"\(id)\"}") }
                    }
                }
                #expect(inner.status == .exited(0), "\(inner.log.text.suffix(5000))")
            }
            #expect(outer.status == .exited(0), "\(outer.log.text.suffix(5000))")
        }
    }

    @Test func `those who wait do not delay the end of the service`() async throws {
        try await withServiceEnvironment(["SHUTDOWN_TIMEOUT": "60s"]) { environment, _, _ in
            let started = Observed(ContinuousClock.now)
            let run = try await ServiceProcess.run(environment) { service in
                let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
                _ = try await service.api.get("/stacks/\(id)/status?wait=60s&for=ready")
                try await withEvents(of: service) { events in
                    try await events.wait { $0.contains("event: snapshot\n") }
                    let wait = Task { try await service.api.get("/stacks/\(id)/status?wait=60s") }
                    // The wait has been accepted before the next answer on another connection.
                    _ = try await service.api.get("/healthz")
                    started.update { $0 = .now }
                    try service.send(.terminate)
                    _ = await wait.result
                }
            }
            #expect(run.status == .exited(0), "\(run.log.text.suffix(5000))")
            #expect(ContinuousClock.now - started.value < .seconds(20))
        }
    }

    @Test(.enabled(if: TestCluster.realNode != nil)) func `a create that prefers to wait is answered once its container is ready`()
        async throws
    {
        try await withService(["STACK_NODE_SELECTOR": "node-kind=real"]) { service, _, _ in
            let created = try await service.api.create(user: 1, problem: 1, headers: ["Prefer": "wait=60"])
            #expect(created.status == 201 && created.body["status"]?.string == "running", "\(created.text)")
            #expect(created.headers.first(name: "Preference-Applied") == "wait=60")
        }
    }

    /// Collects the events of a service while `body` runs.
    private func withEvents(of service: ServiceProcess, _ body: (Observed<String>) async throws -> Void) async throws {
        let events = Observed("")
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: service.api.base + "/stacks/events"),
            timeout: .seconds(60)
        )
        #expect(response.status == .ok)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await part in response.body { events.update { $0 += String(buffer: part) } }
            }
            try await body(events)
            group.cancelAll()
        }
    }
}
