import KubernetesClient
import Subprocess
import SystemPackage
import Testing

@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed))
struct ShutdownTests {
    @Test func `SIGTERM lets requests that have begun end, and exits with 0`() async throws {
        try await withService { service, namespace, client in
            try await withThrowingTaskGroup(of: APIClient.Answer.self) { group in
                for user in 1...10 { group.addTask { try await service.api.create(user: Int64(user), problem: 1) } }
                _ = try await service.log.first("stack created")
                try service.send(.terminate)
                for try await answer in group { #expect([201, 503].contains(answer.status), "\(answer.text)") }
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
                    return try await service.api.delete(id).status
                }
                #expect(second.result == 200)
                try await expectNothingLeft(in: namespace, client)
            }
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
