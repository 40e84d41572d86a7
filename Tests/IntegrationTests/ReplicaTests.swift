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
            try await expectBalancedBooks(first, namespace, client)
            try await expectBalancedBooks(second, namespace, client)
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
            try await expectBalancedBooks(first, namespace, client)
        }
    }

    @Test func `what a killed replica had begun the other finishes or undoes`() async throws {
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
                let total = try await settledStacks(survivor, namespace, client)
                #expect((20...40).contains(total))
                try await expectBalancedBooks(survivor, namespace, client)
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
            let leader: ServiceProcess, other: ServiceProcess
            if first.log.entries.contains(where: { $0["message"] == "leading" }) {
                (leader, other) = (first, second)
            } else {
                (leader, other) = (second, first)
                _ = try await second.log.first("leading")
            }
            #expect(!other.log.entries.contains { $0["message"] == "leading" })
            try leader.send(.suspend)
            _ = try await other.log.first("leading")
            try leader.send(.resume)
            _ = try await leader.log.first("the lease could not be renewed in time or was taken; stopping the work")
            // The new leader does the work.
            let id = try #require(try await leader.api.create(user: 1, problem: 1).body["stack_id"]?.string)
            try await client.delete(Service.self, name: "svc-" + id, namespace: namespace)
            _ = try await other.log.first("stack removed") { $0["stack_id"] == id }
            #expect(!leader.log.entries.contains { $0["message"] == "stack removed" })
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
