import Foundation
import KubernetesClient
import Subprocess
import TestBasics
import Testing

/// A thousand creates, renewals and deletes of fifty users while the API server misbehaves and the service is killed.
/// `make soak` runs it longer; `RANDOM_RUN_SEED` repeats a run.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(60)))
struct RandomRunTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = environment["RANDOM_RUN_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)
    /// Each user does as many.
    private static let operations = (environment["RANDOM_RUN_OPERATIONS"].flatMap { Int($0) } ?? 1000) / users * users
    private static let users = Int(RandomRun.users)
    private static let kills = 4

    @Test(arguments: TestStore.available)
    func `after any crash store and cluster match in the end, and every response was true`(store: TestStore)
        async throws
    {
        print("random run on \(store): seed \(Self.seed), \(Self.operations) operations")
        let run = RandomRun(seed: Self.seed)
        let totals = try await FaultProxy.beforeAPIServer(seed: Self.seed, share: 0.05) { kubernetes, kubeconfig in
            kubernetes.dropBookmarks()
            guard store == .dynamodb else {
                try await Self.play(run, store, kubeconfig: kubeconfig, database: nil, [kubernetes])
                return [kubernetes.counts]
            }
            return try await FaultProxy.beforeDatabase(seed: Self.seed, share: 0.02) { database, url in
                try await Self.play(run, store, kubeconfig: kubeconfig, database: url, [kubernetes, database])
                return [kubernetes.counts, database.counts]
            }
        }
        func text(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        }
        print("random run on \(store): answers", text(run.answers))
        for counts in totals { print("random run on \(store): faults", text(counts)) }
        #expect(run.lies == [], "seed \(Self.seed)\n\(run.linesAboutLies.joined(separator: "\n"))")
    }

    private static func play(_ run: RandomRun, _ store: TestStore, kubeconfig: String, database: String?, _ proxies: [FaultProxy])
        async throws
    {
        var settings = [
            "STACK_SCHEDULER_INTERVAL": "2s", "CLUSTER_TOTAL_CPU": "64", "CLUSTER_TOTAL_MEMORY": "64Gi", "STACK_PORT_LOCK_TTL": "25s",
            "STACK_MAX_PER_USER": "\(RandomRun.stacksPerUser)",
        ]
        settings["KUBECONFIG"] = kubeconfig
        settings["AWS_ENDPOINT_URL_DYNAMODB"] = database
        try await withServiceEnvironment(settings, store: store) { environment, namespace, client in
            let (gate, progress) = (Observed<APIClient?>(nil), Observed(0))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for user in 1...RandomRun.users {
                    group.addTask {
                        try await run.play(user: user, operations: operations / users, gate: gate, progress: progress)
                    }
                }
                for kill in 1...kills {
                    let ended = try await ServiceProcess.run(environment) { service in
                        gate.update { $0 = service.api }
                        try await progress.wait { $0 >= operations * kill / (kills + 1) }
                        gate.update { $0 = nil }
                        try service.send(.kill)
                    }
                    #expect(ended.status == .signaled(9))
                    run.remember(ended.log.text)
                    try await client.releaseLease(in: namespace)
                }
                let last = try await ServiceProcess.run(environment) { service in
                    gate.update { $0 = service.api }
                    try await progress.wait { $0 >= operations }
                    for proxy in proxies { proxy.setShare(0) }
                    try await waitUntilStable(service, namespace, client)
                    try await expectStoreMatchesCluster(service, namespace, client)
                    try await expectBeliefs(run, service)
                    try await expectAllPortsFree(service, namespace, client)
                }
                #expect(last.status == .exited(0))
                run.remember(last.log.text)
                try await group.waitForAll()
            }
        }
    }

    private static func expectBeliefs(_ run: RandomRun, _ service: ServiceProcess) async throws {
        let stacks = try await service.api.get("/stacks").body["stacks"]?.array ?? []
        var found: [RandomRun.Target: String] = [:]
        var ends: [String: String] = [:]
        for stack in stacks where stack.holdsPorts {
            guard let user = stack["user_id"]?.int, let problem = stack["problem_id"]?.int else { continue }
            let id = stack["stack_id"]?.string ?? ""
            found[RandomRun.Target(user: Int64(user), problem: Int64(problem))] = id
            ends[id] = stack["ttl_expires_at"]?.string
        }
        for (target, belief) in run.beliefs {
            switch belief {
            case .absent: #expect(found[target] == nil, "\(target), seed \(seed)")
            case .present(let id):
                #expect(found[target] == id, "\(target), seed \(seed)")
                // What was answered to a renewal holds; one whose answer was lost may have been carried out.
                #expect(ends[id] ?? "" >= run.ends[id] ?? "", "\(id), seed \(seed)")
            case .accepted(let id): #expect(found[target] == id || found[target] == nil, "\(target), seed \(seed)")
            case .unknown: break
            }
        }
        let ofUsers = Dictionary(grouping: found.keys, by: \.user)
        #expect(ofUsers.values.allSatisfy { $0.count <= RandomRun.stacksPerUser }, "seed \(seed)")
    }

    /// Deletes everything, and sees that nothing is held any more.
    private static func expectAllPortsFree(_ service: ServiceProcess, _ namespace: String, _ client: KubernetesClient) async throws {
        let stacks = try await service.api.get("/stacks").body["stacks"]?.array.filter(\.holdsPorts) ?? []
        let answers = try await answers(count: stacks.count) { try await service.api.delete(stacks[$0]["stack_id"]?.string ?? "") }
        #expect(answers.list.allSatisfy { $0.status == 200 }, "\(answers.counts)")
        try await expectNothingLeft(in: namespace, client)
        let stats = try await service.api.get("/stats").body
        #expect(stats["used_node_ports"]?.int == 0 && stats["reserved_cpu_milli"]?.int == 0 && stats["reserved_memory_bytes"]?.int == 0)
    }
}
