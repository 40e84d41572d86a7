import KubernetesClient
import Subprocess
import SystemPackage
import TestBasics
import Testing

@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct ShutdownTests {
    @Test func `SIGTERM lets creates that have begun end, and what was promised is there afterwards`() async throws {
        try await TestCluster.withNamespace { namespace, client in
            try await withTemporaryFolder { folder in
                let environment = ["STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": folder + "/stacks.sqlite"]
                let run = try await ServiceProcess.run(environment) { service in
                    try await withThrowingTaskGroup(of: APIClient.Answer?.self) { group in
                        for user in 1...10 {
                            group.addTask {
                                // A connection that is accepted too late is closed without an answer, and then nothing was begun.
                                do {
                                    return try await service.api.create(user: Int64(user), problem: 1)
                                } catch  where error.isLostConnection {
                                    return nil
                                }
                            }
                        }
                        _ = try await service.log.first("stack created")
                        try service.send(.terminate)
                        return try await group.reduce(into: [APIClient.Answer]()) { answers, answer in
                            if let answer { answers.append(answer) }
                        }
                    }
                }
                #expect(run.status == .exited(0), "\(run.log.text)")
                #expect(Set(run.result.map(\.status)).isSubset(of: [201, 503]))
                let promised = Set(run.result.compactMap { $0.body["stack_id"]?.string })
                #expect(!promised.isEmpty)
                let pods = try await client.list(Pod.self, namespace: namespace).items.compactMap(\.metadata.name)
                #expect(Set(pods) == promised)
            }
        }
    }

    @Test func `stacks survive a restart, and a second process on the same file is refused`() async throws {
        try await TestCluster.withNamespace { namespace, client in
            try await withTemporaryFolder { folder in
                let environment = ["STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": folder + "/stacks.sqlite"]
                let first = try await ServiceProcess.run(environment) { service in
                    let created = try await service.api.create(user: 1, problem: 1)
                    await #expect(throws: ServiceEnded.self) {
                        _ = try await ServiceProcess.run(environment) { _ in }
                    }
                    return created.body
                }
                let second = try await ServiceProcess.run(environment) { service in
                    let id = try #require(first.result["stack_id"]?.string)
                    let shown = try await service.api.get("/stacks/\(id)").body
                    #expect(shown["node_port"] == first.result["node_port"])
                    return try await service.api.delete(id)
                }
                #expect(second.result.status == 200, "\(second.result.text)")
                try await expectNothingLeft(in: namespace, client)
            }
        }
    }

    @Test func `a store with stacks of another namespace is refused, so that none is taken for missing`() async throws {
        try await withServiceEnvironment { environment, namespace, client in
            let id = try await ServiceProcess.run(environment) { try await $0.api.create(user: 1, problem: 1).body["stack_id"]?.string }
                .result
            let outcome = try await provisioner(["serve"], environment.merging(["STACK_NAMESPACE": "elsewhere"]) { $1 })
            #expect(outcome.status == .exited(2))
            #expect(outcome.error.contains("holds \(try #require(id)) in namespace \(namespace)"), "\(outcome.error)")
            #expect(try await client.list(Pod.self, namespace: namespace).items.count == 1)
        }
    }

    @Test func `every mistake of the configuration is told at once, by name, before anything is done`() async throws {
        let environment = [
            "STACK_TTL": "two hours", "STACK_NODEPORT_MIN": "x", "STACK_MAX_CPU": "-1", "HTTP_ADDR": "nowhere", "STACK_STORE": "redis",
            "LOG_LEVEL": "loud",
            "KUBECONFIG": "/nonexistent/kubeconfig",
        ]
        let outcome = try await Subprocess.run(
            .path(.init(try #require(TestCluster.provisioner))),
            arguments: ["serve"],
            environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            output: .string(limit: 65536),
            error: .string(limit: 65536)
        )
        #expect(outcome.terminationStatus == .exited(2))
        for name in environment.keys {
            #expect(outcome.standardError.contains("error: \(name): "), "\(name) is not in:\n\(outcome.standardError)")
        }
    }
}
