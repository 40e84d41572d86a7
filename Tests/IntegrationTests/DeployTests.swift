import Foundation
import KubernetesClient
import Subprocess
import TestBasics
import Testing

/// The manifests of `deploy/` on a real API server. They use fixed namespaces, as ``RightsTests`` does, and so run one after the other.
extension RightsTests {
    @Suite(.enabled(if: TestCluster.kubectl != nil, "needs kubectl: scripts/test names it"), .serialized)
    struct DeployTests {
        @Test(arguments: TestStore.available)
        func `an overlay is applied, its rights and settings are enough for a stack, and all of it can be removed`(
            store: TestStore
        ) async throws {
            try await TestCluster.withClient { client in
                try await withTemporaryFolder { folder in
                    let manifests = try await Manifests(overlay: store.rawValue, folder: folder)
                    // An API server before 1.21 has no policy/v1, which is that of the PodDisruptionBudget.
                    for version in manifests.unserved { print("not applied, for this API server does not serve it: \(version)") }
                    #expect(manifests.unserved.allSatisfy { $0 == "apiVersion: policy/v1" })
                    try await manifests.apply()
                    #expect(try await manifests.existing().count == manifests.documents.count)
                    try await TestCluster.kubectl(["apply", "-f", Self.limits])
                    try await expectPods(client, count: store == .dynamodb ? 2 : 1)
                    try await expectStack(store, folder: folder, client) { created, service in
                        if store == .dynamodb { _ = try await service.log.first("became leader") }
                        #expect(created.status == 201, "\(created.text)")
                    }
                    try await manifests.delete()
                }
            }
        }

        @Test func `without rights outside of its namespace the service works, and says what it cannot know`() async throws {
            try await TestCluster.withClient { client in
                try await withTemporaryFolder { folder in
                    let manifests = try await Manifests(overlay: "sqlite", folder: folder)
                    try await manifests.apply()
                    // What the overlay does to the others: kubectl before 1.21 cannot remove an object by a patch.
                    try await TestCluster.kubectl(["delete", "clusterrole,clusterrolebinding", "ctf-provisioner"])
                    let overlay = Manifests.root.appending(path: "deploy/overlays/namespace-scope").path
                    try await TestCluster.kubectl(["apply", "-f", overlay + "/rbac.yaml"])
                    try await TestCluster.kubectl([
                        "-n", "ctf-provisioner", "patch", "deployment", "ctf-provisioner", "--patch",
                        try String(contentsOfFile: overlay + "/scope.yaml", encoding: .utf8),
                    ])
                    try await expectStack(.sqlite, folder: folder, client) { created, service in
                        #expect(created.status == 201, "\(created.text)")
                        #expect(created.body["node_id"]?.string?.isEmpty == false)
                        #expect(created.body["node_public_ip"] == .null)
                        let id = try #require(created.body["stack_id"]?.string)
                        #expect(try await service.api.statusAfterStart(of: id).body["status"]?.string == "running")
                        // A Pod that others delete is missed without a look at nodes.
                        let other = try await service.api.create(user: 2, problem: 1)
                        let name = try #require(other.body["pod_id"]?.string)
                        try await client.delete(Pod.self, name: name, namespace: "stacks")
                        _ = try await service.log.first("stack removed") { $0["stack_id"] == name }
                        #expect(service.log.text.contains("STACK_WATCH_SCOPE=namespace: unknown are nodes"))
                        #expect(!service.log.text.contains("forbidden"), "\(service.log.text)")
                    }
                    try await manifests.delete()
                }
            }
        }

        /// Admission accepts the Deployment's Pods. They do not run: there is no image.
        private func expectPods(_ client: KubernetesClient, count: Int) async throws {
            let list = try await client.list(Pod.self, namespace: "ctf-provisioner")
            var names = Set(list.items.compactMap(\.metadata.name))
            if names.count < count {
                for try await event in client.watch(Pod.self, namespace: "ctf-provisioner", resourceVersion: list.resourceVersion) {
                    if case .added(let pod) = event, let name = pod.metadata.name { names.insert(name) }
                    if names.count >= count { break }
                }
            }
            #expect(names.count == count)
        }

        /// Starts the service with the settings of the Deployment and the token of its account, and makes a stack.
        private func expectStack(
            _ store: TestStore,
            folder: String,
            _ client: KubernetesClient,
            _ body: @Sendable (APIClient.Answer, ServiceProcess) async throws -> Void
        ) async throws {
            let token = try await client.tokenOfProvisioner(in: "ctf-provisioner")
            var environment = try await Self.settingsOfDeployment()
            // Its places and its nodes are others here.
            for name in ["API_KEY_FILE", "API_KEY_ENABLED"] { environment[name] = nil }
            environment["HTTP_ADDR"] = "127.0.0.1:0"
            environment["STACK_NODE_SELECTOR"] = "node-kind=hollow"
            environment["STACK_POD_CIDRS"] = "10.244.0.0/16"
            environment.merge(try await store.environment(folder: folder)) { $1 }
            environment["KUBECONFIG"] = try TestCluster.kubeconfig(inFolder: folder, token: token)
            let complete = environment
            _ = try await ServiceProcess.run(complete) { service in
                let created = try await service.api.create(user: 1, problem: 1)
                try await body(created, service)
                let doctor = try await Doctor.run(complete)
                #expect(doctor.status == .exited(0), "\(doctor.text)")
                #expect(doctor.named("rights").count > 5 && doctor.named("rights").allSatisfy { $0.state == "ok" }, "\(doctor.text)")
                #expect(try await service.api.delete(try #require(created.body["stack_id"]?.string)).status == 200)
                #expect(try await service.api.get("/readyz").status == 200)
            }
        }

        private static func settingsOfDeployment() async throws -> [String: String] {
            let text = try await TestCluster.kubectlOutput([
                "-n", "ctf-provisioner", "get", "deployment", "ctf-provisioner", "-o", "jsonpath={.spec.template.spec.containers[0].env}",
            ])
            let variables = try JSONDecoder().decode(JSON.self, from: Data(text.utf8)).array
            #expect(variables.count > 5)
            return Dictionary(variables.map { ($0["name"]?.string ?? "", $0["value"]?.string ?? "") }) { $1 }
        }

        private static let limits = Manifests.root.appending(path: "deploy/stack-limits.yaml").path
    }
}
