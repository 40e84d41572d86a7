import KubernetesClient
import Stacks
import Subprocess
import Testing

/// An API server that gives six NodePorts, 30000 to 30005.
@Suite(.enabled(if: TestCluster.tinyKubeconfig != nil && TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(15)))
struct PortTests {
    private static let range = ["STACK_NODEPORT_MIN": "30000", "STACK_NODEPORT_MAX": "30005", "STACK_MAX_PER_USER": "10"]

    @Test func `six ports are six stacks; the seventh is told that none is left, and gets the first that is freed`() async throws {
        try await withService(Self.range, kubeconfig: TestCluster.tinyKubeconfig) { service, namespace, client in
            let answers = try await answers(count: 12) { try await service.api.create(user: Int64($0) + 1, problem: 1) }
            #expect(answers.counts == ["201": 6, "503 node_ports_exhausted": 6])
            #expect(Set(answers.list.compactMap { $0.body["node_port"]?.int }) == Set(30000...30005))
            try await expectStoreMatchesCluster(service, namespace, client)
            let first = try #require(answers.list.first { $0.status == 201 }?.body)
            #expect(try await service.api.delete(try #require(first["stack_id"]?.string)).status == 200)
            let next = try await service.api.untilCreated(user: 50, problem: 1)
            #expect(next.body["node_port"] == first["node_port"])
        }
    }

    private static let namespaceScope = [
        "STACK_WATCH_SCOPE": "namespace", "CLUSTER_TOTAL_CPU": "16", "CLUSTER_TOTAL_MEMORY": "32Gi",
    ]

    @Test(arguments: [[:], namespaceScope])
    func `ports of foreign Services are never allocated, also where those cannot be read`(scope: [String: String]) async throws {
        let settings = Self.range.merging(scope) { $1 }
        try await withService(settings, kubeconfig: TestCluster.tinyKubeconfig) { service, namespace, client in
            try await TestCluster.withNamespace(kubeconfig: TestCluster.tinyKubeconfig) { other, _ in
                for port in [30001, 30004] { _ = try await client.create(foreignService(port), namespace: other) }
                let answers = try await answers(count: 6) { try await service.api.create(user: Int64($0) + 1, problem: 1) }
                #expect(answers.counts == ["201": 4, "503 node_ports_exhausted": 2])
                #expect(Set(answers.list.compactMap { $0.body["node_port"]?.int }) == [30000, 30002, 30003, 30005])
                try await expectStoreMatchesCluster(service, namespace, client)
            }
        }
    }

    @Test func `a port that the watch has not shown as taken is refused by the API server, and another is tried`() async throws {
        try await FaultProxy.beforeAPIServer(kubeconfig: TestCluster.tinyKubeconfig, share: 0) { proxy, kubeconfig in
            try await TestCluster.withNamespace(kubeconfig: TestCluster.tinyKubeconfig) { other, client in
                try await withService(Self.range.merging(["KUBECONFIG": kubeconfig]) { $1 }, kubeconfig: TestCluster.tinyKubeconfig) {
                    service,
                    namespace,
                    _ in
                    proxy.blind("/services")
                    for port in 30000...30004 { _ = try await client.create(foreignService(port), namespace: other) }
                    let created = try await service.api.create(user: 1, problem: 1)
                    #expect(created.status == 201, "\(created.text)")
                    #expect(created.body["node_port"]?.int == 30005)
                    let refused = try await service.api.create(user: 2, problem: 1)
                    #expect(refused.code == "node_ports_exhausted", "\(refused.text)")
                    try await expectStoreMatchesCluster(service, namespace, client)
                }
            }
        }
    }

    @Test(arguments: [Failpoint(.before, .changePort), Failpoint(.after, .changePort)], TestStore.available)
    func `a crash in the change of a port that turned out to be taken leaves nothing`(point: Failpoint, store: TestStore) async throws {
        try await FaultProxy.beforeAPIServer(kubeconfig: TestCluster.tinyKubeconfig, share: 0) { proxy, kubeconfig in
            try await TestCluster.withNamespace(kubeconfig: TestCluster.tinyKubeconfig) { other, client in
                let settings = recoverySettings.merging(Self.range) { $1 }
                try await withServiceEnvironment(settings, store: store, kubeconfig: TestCluster.tinyKubeconfig) {
                    environment,
                    namespace,
                    _ in
                    let fragile = environment.merging(["KUBECONFIG": kubeconfig, "PROVISIONER_FAILPOINT": "\(point)"]) { $1 }
                    let crashed = try await ServiceProcess.run(fragile) { service in
                        proxy.blind("/services")
                        for port in 30000...30004 { _ = try await client.create(foreignService(port), namespace: other) }
                        // The first choice is the one free port now and then: the second create cannot have that luck.
                        for user in 1...2 { do { _ = try await service.api.create(user: Int64(user), problem: 1) } catch { return } }
                    }
                    #expect(crashed.status == .signaled(9), "\(point) was not reached:\n\(crashed.log.text)")
                    try await client.releaseLease(in: namespace)
                    let restarted = try await ServiceProcess.run(environment) { service in
                        #expect(try await waitUntilStable(service, namespace, client) <= 1)
                        try await expectStoreMatchesCluster(service, namespace, client)
                    }
                    #expect(restarted.status == .exited(0))
                }
            }
        }
    }

    @Test func `500 creates and deletes at concurrency 8 lose no port and double none`() async throws {
        try await withService(Self.range, kubeconfig: TestCluster.tinyKubeconfig) { service, namespace, client in
            let api = service.api
            let totals = try await withThrowingTaskGroup(of: [String: Int].self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        var counts: [String: Int] = [:]
                        for cycle in 0..<(500 / 8 + (worker < 4 ? 1 : 0)) {
                            let created = try await createWhenPossible(api, Int64(worker) + 1, Int64(cycle) + 1, &counts)
                            let deleted = try await api.delete(try #require(created.body["stack_id"]?.string, "\(created.text)"))
                            counts["delete \(deleted.status) \(deleted.code ?? "")", default: 0] += 1
                        }
                        return counts
                    }
                }
                return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            }
            print("port churn:", totals)
            #expect(Set(totals.keys).isSubset(of: ["create 201 ", "create 503 node_ports_exhausted", "delete 200 "]), "\(totals)")
            #expect(totals["create 201 "] == totals["delete 200 "])
            #expect(totals["create 201 "] == 500)
            try await expectNothingLeft(in: namespace, client)
            // Every port can still be had.
            let answers = try await answers(count: 6) { try await api.untilCreated(user: Int64($0) + 100, problem: 1) }
            #expect(Set(answers.list.compactMap { $0.body["node_port"]?.int }) == Set(30000...30005))
        }
    }

    /// Eight workers share six ports: two always come again.
    private func createWhenPossible(
        _ api: APIClient,
        _ user: Int64,
        _ problem: Int64,
        _ counts: inout [String: Int]
    ) async throws -> APIClient.Answer {
        while true {
            let answer = try await api.create(user: user, problem: problem)
            counts["create \(answer.status) \(answer.code ?? "")", default: 0] += 1
            guard answer.code == "node_ports_exhausted" else { return answer }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func foreignService(_ port: Int) -> Service {
        Service(
            metadata: ObjectMeta(name: "foreign-\(port)"),
            spec: Service.Spec(type: "NodePort", selector: ["app": "foreign"], ports: [Service.Port(port: 80, nodePort: port)])
        )
    }
}
