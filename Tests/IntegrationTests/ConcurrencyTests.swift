import KubernetesClient
import NIOHTTP1
import Testing

/// The rules that must hold at every moment, under as many requests at once as a platform sends on a bad evening.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(15)))
struct ConcurrencyTests {
    @Test(arguments: TestStore.available)
    func `of 200 creates at once for one user and problem exactly one succeeds`(store: TestStore) async throws {
        try await withService(["STACK_MAX_CONCURRENT_CREATES": "256"], store: store) { service, namespace, client in
            let answers = try await answers(count: 200) { _ in try await service.api.create(user: 1, problem: 1) }
            #expect(answers.counts == ["201": 1, "409 stack_exists": 199])
            #expect(try await client.list(Pod.self, namespace: namespace).items.count == 1)
            try await expectStoreMatchesCluster(service, namespace, client)
        }
    }

    @Test(arguments: TestStore.available)
    func `of 200 creates at once of one user exactly as many succeed as a user may have`(store: TestStore) async throws {
        try await withService(["STACK_MAX_CONCURRENT_CREATES": "256", "STACK_MAX_PER_USER": "5"], store: store) {
            service,
            namespace,
            client in
            let answers = try await answers(count: 200) { try await service.api.create(user: 1, problem: Int64($0) + 1) }
            #expect(answers.counts == ["201": 5, "503 user_stack_limit_reached": 195])
            #expect(try await client.list(Service.self, namespace: namespace).items.count == 5)
            try await expectStoreMatchesCluster(service, namespace, client)
        }
    }

    @Test(arguments: TestStore.available)
    func `the limits hold while deletes run in between`(store: TestStore) async throws {
        try await withService(["STACK_MAX_CONCURRENT_CREATES": "256", "STACK_MAX_PER_USER": "5"], store: store) {
            service,
            namespace,
            client in
            let api = service.api
            let answers = try await answers(count: 200) { number in
                // Every fourth request deletes one of the user's stacks.
                guard number % 4 == 3,
                    let id = try await api.get("/users/1/stacks").body["stacks"]?.array.randomElement()?["stack_id"]?.string
                else {
                    return try await api.create(user: 1, problem: Int64(number % 20) + 1)
                }
                return try await api.delete(id)
            }
            let allowed: Set = [
                "201", "409 stack_exists", "202", "503 kubernetes_unavailable", "503 user_stack_limit_reached", "200",
                "404 stack_not_found",
            ]
            #expect(Set(answers.counts.keys).isSubset(of: allowed), "\(answers.counts)")
            let left = try await api.get("/users/1/stacks").body["stacks"]?.array ?? []
            #expect(left.count <= 5)
            try await expectStoreMatchesCluster(service, namespace, client)
            for stack in left { _ = try await api.delete(try #require(stack["stack_id"]?.string)) }
            try await expectNothingLeft(in: namespace, client)
            #expect(try await api.create(user: 1, problem: 1).status == 201)
        }
    }

    @Test func `behind the creates that run a bounded number waits, and the rest is told when to come back`() async throws {
        // Nothing can be placed, so each create takes its whole time-out.
        let environment = [
            "STACK_MAX_CONCURRENT_CREATES": "1", "STACK_SCHEDULING_TIMEOUT": "2s", "STACK_NODE_SELECTOR": "no=such-node",
            "CLUSTER_TOTAL_CPU": "8",
            "CLUSTER_TOTAL_MEMORY": "8Gi",
        ]
        try await withService(environment) { service, namespace, client in
            let answers = try await answers(count: 20) { try await service.api.create(user: Int64($0) + 1, problem: 1) }
            #expect(answers.counts == ["503 unschedulable": 17, "503 too_many_creates": 3])
            let refused = answers.list.filter { $0.code == "too_many_creates" }
            #expect(refused.allSatisfy { $0.headers.first(name: "Retry-After") != nil })
            try await expectNothingLeft(in: namespace, client)
        }
    }
}

/// The answers to many requests that were sent at once.
struct Answers: Sendable {
    var list: [APIClient.Answer]

    /// How often each status came, with the code of an error behind it.
    var counts: [String: Int] {
        list.reduce(into: [:]) { $0["\($1.status)" + ($1.code.map { " " + $0 } ?? ""), default: 0] += 1 }
    }
}

func answers(count: Int, _ request: @escaping @Sendable (Int) async throws -> APIClient.Answer) async throws -> Answers {
    try await withThrowingTaskGroup(of: APIClient.Answer.self) { group in
        for number in 0..<count { group.addTask { try await request(number) } }
        return Answers(list: try await group.reduce(into: []) { $0.append($1) })
    }
}

/// Every Pod and Service has a stack and the other way round; every port is held once; the totals are the sums. Failed creates that are
/// still shown hold nothing.
func expectStoreMatchesCluster(
    _ service: ServiceProcess,
    _ namespace: String,
    _ client: KubernetesClient,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let shown = try await service.api.get("/stacks").body["stacks"]?.array ?? []
    let stacks = shown.filter(\.holdsPorts)
    let ids = Set(stacks.compactMap { $0["stack_id"]?.string })
    let pods = Set(try await client.list(Pod.self, namespace: namespace).items.compactMap(\.metadata.name))
    let services = try await client.list(Service.self, namespace: namespace).items
    #expect(pods == ids, sourceLocation: sourceLocation)
    #expect(Set(services.compactMap(\.metadata.name)) == Set(ids.map { "svc-" + $0 }), sourceLocation: sourceLocation)
    let ports = stacks.flatMap(\.nodePorts)
    #expect(Set(ports).count == ports.count, sourceLocation: sourceLocation)
    #expect(Set(ports) == Set(services.flatMap { $0.spec?.ports?.compactMap(\.nodePort) ?? [] }), sourceLocation: sourceLocation)
    let pairs = stacks.map { "\($0["user_id"]?.int ?? 0)/\($0["problem_id"]?.int ?? 0)" }
    #expect(Set(pairs).count == pairs.count, sourceLocation: sourceLocation)
    let stats = try await service.api.get("/stats").body
    // The time of a failed one may have come meanwhile.
    #expect((ids.count...shown.count).contains(stats["total_stacks"]?.int ?? -1), sourceLocation: sourceLocation)
    #expect(stats["used_node_ports"]?.int == ports.count, sourceLocation: sourceLocation)
    #expect(
        stats["reserved_cpu_milli"]?.int == stacks.reduce(0) { $0 + ($1["requested_cpu_milli"]?.int ?? 0) },
        sourceLocation: sourceLocation
    )
}
