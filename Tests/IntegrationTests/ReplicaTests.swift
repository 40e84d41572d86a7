import KubernetesClient
import Subprocess
import Testing

/// Two processes, one table, one API server.
@Suite(.enabled(if: TestCluster.isUp && TestStore.endpoint != nil, "needs a cluster and a DynamoDB: scripts/test starts both"), .serialized)
struct ReplicaTests {
    private static let settings = ["STACK_MAX_CONCURRENT_CREATES": "256", "STACK_MAX_PER_USER": "5", "STACK_SCHEDULER_INTERVAL": "1s"]

    @Test func `200 creates at once through both, for one user and problem and for one user, keep the limits`() async throws {
        try await withReplicas { first, second, namespace, client in
            let one = try await answers(count: 200) { try await ($0.isMultiple(of: 2) ? first : second).api.create(user: 1, problem: 1) }
            #expect(one.counts == ["201": 1, "409 stack_exists": 199], "\(one.counts)")
            let many = try await answers(count: 200) { number in
                try await (number.isMultiple(of: 2) ? first : second).api.create(user: 2, problem: Int64(number) + 1)
            }
            #expect(many.counts == ["201": 5, "503 user_stack_limit_reached": 195], "\(many.counts)")
            try await expectStoreMatchesCluster(first, namespace, client)
            try await expectStoreMatchesCluster(second, namespace, client)
        }
    }

    @Test func `100 creates at once for different users all succeed, and no port is doubled`() async throws {
        try await withReplicas { first, second, namespace, client in
            let answers = try await answers(count: 100) { number in
                try await (number.isMultiple(of: 2) ? first : second).api.create(
                    user: Int64(number) + 1,
                    problem: 1,
                    spec: Specs.spec(cpu: "1m")
                )
            }
            #expect(answers.counts == ["201": 100], "\(answers.counts)")
            try await expectStoreMatchesCluster(first, namespace, client)
        }
    }

    @Test func `the other replica finishes or undoes the work of a killed one`() async throws {
        try await withServiceEnvironment(Self.settings, store: .dynamodb) { environment, namespace, client in
            let survivor = try await ServiceProcess.run(environment) { survivor in
                let killed = try await ServiceProcess.run(environment) { victim in
                    try await withThrowingTaskGroup(of: Int?.self) { group in
                        for user in 1...40 {
                            group.addTask {
                                let api = (user.isMultiple(of: 2) ? victim : survivor).api
                                do { return try await api.create(user: Int64(user), problem: 1, spec: Specs.spec(cpu: "1m")).status } catch
                                { return nil }
                            }
                        }
                        _ = try await victim.log.first("stack created")
                        try victim.send(.kill)
                        for try await status in group where status != nil { #expect(status == 201) }
                    }
                }
                #expect(killed.status == .signaled(9))
                // Whoever led: the survivor leads once the Lease is free.
                try await client.releaseLease(in: namespace)
                let total = try await waitUntilStable(survivor, namespace, client)
                #expect((20...40).contains(total))
                try await expectStoreMatchesCluster(survivor, namespace, client)
                let again = try await answers(count: 40) {
                    try await survivor.api.create(user: Int64($0) + 1, problem: 1, spec: Specs.spec(cpu: "1m"))
                }
                #expect(Set(again.counts.keys).isSubset(of: ["201", "409 stack_exists"]), "\(again.counts)")
            }
            #expect(survivor.status == .exited(0))
        }
    }

    @Test func `only one of two reconciles; a leader that is stopped is succeeded, and when it wakes it does not lead`() async throws {
        try await withReplicas { first, second, namespace, client in
            let isFirst = try await withThrowingTaskGroup { group in
                for process in [first, second] {
                    group.addTask {
                        _ = try await process.log.first("became leader")
                        return process.api.base == first.api.base
                    }
                }
                defer { group.cancelAll() }
                return try await group.next() ?? true
            }
            let (leader, other) = isFirst ? (first, second) : (second, first)
            #expect(!other.log.entries.contains { $0["message"] == "became leader" })
            try leader.send(.suspend)
            _ = try await other.log.first("became leader")
            try leader.send(.resume)
            _ = try await leader.log.first("the lease could not be renewed in time or was taken; stopping the work")
            // The new leader does the work.
            let id = try #require(try await leader.api.create(user: 1, problem: 1).body["stack_id"]?.string)
            try await client.delete(Service.self, name: "svc-" + id, namespace: namespace)
            _ = try await other.log.first("stack removed") { $0["stack_id"] == id }
            #expect(!leader.log.entries.contains { $0["message"] == "stack removed" })
        }
    }

    @Test func `a leader that is told to end gives its Lease up, so that another leads at once`() async throws {
        try await withServiceEnvironment(Self.settings, store: .dynamodb) { environment, _, _ in
            let first = try await ServiceProcess.run(environment) { _ = try await $0.log.first("became leader") }
            #expect(first.log.entries.contains { $0["message"] == "lease released" }, "\(first.log.text.suffix(5000))")
            let started = ContinuousClock.now
            _ = try await ServiceProcess.run(environment) { _ = try await $0.log.first("became leader") }
            print("from the end of one leader to the end of the next: \(ContinuousClock.now - started)")
        }
    }

    @Test func `a missing table is told with the command that makes it`() async throws {
        try await withServiceEnvironment(store: .dynamodb) { environment, _, _ in
            var environment = environment
            environment["DDB_STACK_TABLE"] = "no-such-table"
            environment["HTTP_ADDR"] = "127.0.0.1:0"
            let outcome = try await provisioner(["serve"], environment)
            #expect(outcome.status == .exited(1))
            #expect(
                outcome.error.contains(
                    "table no-such-table does not exist; create it with: DDB_STACK_TABLE=no-such-table provisioner table create"
                )
            )
        }
    }

    private func withReplicas(
        _ body: @escaping @Sendable (ServiceProcess, ServiceProcess, String, KubernetesClient) async throws -> Void
    ) async throws {
        try await withServiceEnvironment(Self.settings, store: .dynamodb) { environment, namespace, client in
            let outer = try await ServiceProcess.run(environment) { first in
                let inner = try await ServiceProcess.run(environment) { second in try await body(first, second, namespace, client) }
                #expect(inner.status == .exited(0), "\(inner.log.text.suffix(5000))")
            }
            #expect(outer.status == .exited(0), "\(outer.log.text.suffix(5000))")
        }
    }
}
