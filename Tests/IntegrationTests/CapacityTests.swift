import KubernetesClient
import NIOHTTP1
import Testing

@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct CapacityTests {
    @Test(arguments: [
        // What is there, what is kept free, what is asked for: one step more would eat into the reserve.
        ("100m", "1Gi", "0.2", "80m", "16Mi", true), ("100m", "1Gi", "0.2", "81m", "16Mi", false),
        ("1", "100Mi", "0", "10m", "100Mi", true),
        ("1", "104857599", "0", "10m", "104857600", false), ("1", "125Mi", "0.20", "10m", "100Mi", true),
        ("1", "131071999", "0.20", "10m", "100Mi", false),
    ])
    func `the reserve is exact to the milli-core and the byte`(
        cpu: String,
        memory: String,
        ratio: String,
        wantedCPU: String,
        wantedMemory: String,
        fits: Bool
    ) async throws {
        let environment = ["CLUSTER_TOTAL_CPU": cpu, "CLUSTER_TOTAL_MEMORY": memory, "STACK_RESOURCE_RESERVE_RATIO": ratio]
        try await withService(environment.merging(Self.nodeOfOurOwn) { $1 }) { service, namespace, client in
            let answer = try await service.api.create(user: 1, problem: 1, spec: Specs.spec(cpu: wantedCPU, memory: wantedMemory))
            // The selected node does not exist: what passes the capacity is unschedulable, and thereby undone.
            #expect(answer.code == (fits ? "unschedulable" : "cluster_saturated"), "\(answer.text)")
            #expect(answer.status == 503 && answer.headers.first(name: "Retry-After") != nil)
            try await expectNothingLeft(in: namespace, client)
        }
    }

    @Test func `never more than there is, with 60 creates at once; what is deleted can be had again`() async throws {
        let environment = [
            "CLUSTER_TOTAL_CPU": "250m", "CLUSTER_TOTAL_MEMORY": "2Gi", "STACK_RESOURCE_RESERVE_RATIO": "0.20",
            "STACK_NODE_SELECTOR": "node-kind=hollow",
        ]
        // 200 milli-cores may be given away, less what other tests' Pods on these nodes take at the moment.
        try await withService(environment) { service, namespace, client in
            let answers = try await answers(count: 60) {
                try await service.api.create(user: Int64($0) + 1, problem: 1, spec: Specs.spec(cpu: "10m", memory: "16Mi"))
            }
            #expect(Set(answers.counts.keys).isSubset(of: ["201", "503 cluster_saturated"]), "\(answers.counts)")
            #expect(answers.counts["503 cluster_saturated", default: 0] >= 40, "\(answers.counts)")
            let stats = try await service.api.get("/stats").body
            #expect(try #require(stats["reserved_cpu_milli"]?.int) <= 200)
            try await expectStoreMatchesCluster(service, namespace, client)
        }
    }

    /// A selector that no node matches, so that nothing but the stated totals counts.
    private static let nodeOfOurOwn = ["STACK_NODE_SELECTOR": "no=such-node", "STACK_SCHEDULING_TIMEOUT": "1s"]
}
