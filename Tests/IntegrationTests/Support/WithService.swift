import KubernetesClient
import Subprocess
import TestBasics
import Testing

/// A service on a namespace and a database of the test's own.
func withService(
    _ environment: [String: String] = [:],
    store: TestStore = .sqlite,
    kubeconfig: String? = TestCluster.kubeconfig,
    _ body: @Sendable (ServiceProcess, String, KubernetesClient) async throws -> Void
) async throws {
    try await withServiceEnvironment(environment, store: store, kubeconfig: kubeconfig) { complete, namespace, client in
        let run = try await ServiceProcess.run(complete) { try await body($0, namespace, client) }
        #expect(run.status == .exited(0), "\(run.log.text)")
    }
}

/// What a service needs to run on a namespace and a database of the test's own.
func withServiceEnvironment(
    _ environment: [String: String] = [:],
    store: TestStore = .sqlite,
    kubeconfig: String? = TestCluster.kubeconfig,
    _ body: @Sendable ([String: String], String, KubernetesClient) async throws -> Void
) async throws {
    try await TestCluster.withNamespace(kubeconfig: kubeconfig) { namespace, client in
        try await withTemporaryFolder { folder in
            var complete = try await store.environment(folder: folder)
            complete["STACK_NAMESPACE"] = namespace
            complete["KUBECONFIG"] = kubeconfig
            complete.merge(environment) { _, own in own }
            try await body(complete, namespace, client)
        }
    }
}

/// For services that crash: what they leave is taken back soon, yet a create has the time that it needs on a busy machine.
let recoverySettings = ["STACK_SCHEDULER_INTERVAL": "1s", "STACK_SCHEDULING_TIMEOUT": "10s", "STACK_PORT_LOCK_TTL": "12s"]

/// Neither Pod nor Service exists in the namespace.
func expectNothingLeft(in namespace: String, _ client: KubernetesClient, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let pods = try await client.list(Pod.self, namespace: namespace).items.compactMap(\.metadata.name)
    let services = try await client.list(Service.self, namespace: namespace).items.compactMap(\.metadata.name)
    #expect(pods == [], sourceLocation: sourceLocation)
    #expect(services == [], sourceLocation: sourceLocation)
}

/// Waits until nothing is on its way out any more: what is held belongs to stacks that are shown.
/// - Returns: how many stacks there are then, without failed creates, which hold nothing.
@discardableResult
func waitUntilStable(
    _ service: ServiceProcess,
    _ namespace: String,
    _ client: KubernetesClient,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> Int {
    for _ in 0..<400 {
        let stats = try await service.api.get("/stats").body
        let pods = try await client.list(Pod.self, namespace: namespace).items.count
        let services = try await client.list(Service.self, namespace: namespace).items.count
        let stacks = try await service.api.get("/stacks").body["stacks"]?.array ?? []
        let isProvisioning = stacks.contains { $0["reason"]?.string == "Provisioning" }
        let holders = stacks.filter(\.holdsPorts)
        let ports = holders.flatMap(\.nodePorts).count
        if ports == stats["used_node_ports"]?.int, pods == holders.count, services == pods, !isProvisioning { return pods }
        try await Task.sleep(for: .milliseconds(150))
    }
    Issue.record("store and cluster do not match:\n\(service.log.text.suffix(20_000))", sourceLocation: sourceLocation)
    return -1
}

extension JSON {
    /// The node ports of a stack.
    var nodePorts: [Int] { self["ports"]?.array.compactMap { $0["node_port"]?.int } ?? [] }

    /// Whether the stack holds anything: a failed create that is still shown does not.
    var holdsPorts: Bool { !nodePorts.isEmpty }
}
