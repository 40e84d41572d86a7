import KubernetesClient
import Subprocess
import Testing

/// A service on a namespace and a database of the test's own.
func withService(
    _ environment: [String: String] = [:],
    kubeconfig: String? = TestCluster.kubeconfig,
    _ body: @Sendable (ServiceProcess, String, KubernetesClient) async throws -> Void
) async throws {
    try await TestCluster.withNamespace(kubeconfig: kubeconfig) { namespace, client in
        try await withTemporaryFolder { folder in
            var complete = ["STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": folder + "/stacks.sqlite"]
            complete["KUBECONFIG"] = kubeconfig
            complete.merge(environment) { _, own in own }
            let run = try await ServiceProcess.run(complete) { try await body($0, namespace, client) }
            #expect(run.status == .exited(0), "\(run.log.text)")
        }
    }
}

/// Neither Pod nor Service exists in the namespace.
func expectNothingLeft(in namespace: String, _ client: KubernetesClient, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let pods = try await client.list(Pod.self, namespace: namespace).items.compactMap(\.metadata.name)
    let services = try await client.list(Service.self, namespace: namespace).items.compactMap(\.metadata.name)
    #expect(pods == [], sourceLocation: sourceLocation)
    #expect(services == [], sourceLocation: sourceLocation)
}
