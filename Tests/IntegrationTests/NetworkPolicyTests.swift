import Foundation
import KubernetesClient
import TestBasics
import Testing

/// The NetworkPolicies of the namespace, in the API server.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct NetworkPolicyTests {
    private static let names = ["ctf-stacks", "ctf-stacks-internet"]
    private static let podCIDRs = ["STACK_POD_CIDRS": "10.244.0.0/16,fd00:10:244::/56", "STACK_EGRESS": "internet"]

    @Test func `they are there before the first create, and select its Pod`() async throws {
        try await withService(Self.podCIDRs) { service, namespace, client in
            let policies = try await Self.policies(in: namespace, client)
            #expect(policies.compactMap(\.metadata.name).sorted() == Self.names)
            let readyz = try await service.api.get("/readyz")
            #expect(readyz.status == 200, "\(readyz.text)")
            #expect(readyz.body["dependencies"]?["network_policy"] == .object(["status": .string("ok")]))
            let created = try await service.api.create(user: 1, problem: 1)
            #expect(created.status == 201, "\(created.text)")
            let pod = try await client.get(Pod.self, name: try #require(created.body["pod_id"]?.string), namespace: namespace)
            for policy in policies {
                let labels = try #require(policy.spec?.podSelector?.matchLabels)
                #expect(labels.allSatisfy { pod.metadata.labels?[$0.key] == $0.value }, "\(labels)")
            }
            let ingress = policies.flatMap { $0.spec?.ingress ?? [] }.flatMap { $0.from ?? [] }.compactMap(\.ipBlock)
            let expected = [
                NetworkPolicy.IPBlock(cidr: "0.0.0.0/0", except: ["10.244.0.0/16"]),
                NetworkPolicy.IPBlock(cidr: "::/0", except: ["fd00:10:244::/56"]),
            ]
            #expect(ingress == expected)
        }
    }

    @Test func `one that is edited or deleted is put back at once, and the log says so`() async throws {
        try await withService(Self.podCIDRs) { service, namespace, client in
            let right = try await Self.specs(in: namespace, client)
            let edits: [(JSON, String)] = [
                (.object(["spec": .object(["ingress": .array([.object([:])])])]), "ctf-stacks"),
                (.object(["spec": .object(["podSelector": .object(["matchExpressions": Self.nobody])])]), "ctf-stacks-internet"),
                (.object(["metadata": .object(["labels": .null])]), "ctf-stacks"),
            ]
            for (edit, name) in edits {
                let edited = try await client.patch(NetworkPolicy.self, name: name, namespace: namespace, mergePatch: edit)
                try await Self.waitForNext(name, after: edited, in: namespace, client)
                #expect(try await Self.specs(in: namespace, client) == right, "\(edit)")
            }
            _ = try await service.log.first("NetworkPolicy was changed by someone; it is put back") { $0["level"] == "warning" }
            for name in Self.names {
                try await client.delete(NetworkPolicy.self, name: name, namespace: namespace)
                let line = "NetworkPolicy was deleted by someone; it is made again"
                _ = try await service.log.first(line) { $0["name"] == name && $0["level"] == "warning" }
            }
            #expect(try await Self.specs(in: namespace, client) == right)
            #expect(try await service.api.get("/readyz").status == 200)
        }
    }

    @Test(arguments: [
        ("create", [] as [String], "list"), ("require", [], "list"), ("create", ["get", "list", "watch"], "create"),
        ("require", ["get", "list", "watch"], "create"),
    ])
    func `without the rights there is a warning; creates go on unless the policies are required`(
        mode: String,
        verbs: [String],
        missing: String
    ) async throws {
        try await Self.withAccount(mayDoWithPolicies: verbs) { kubeconfig, namespace, _ in
            try await withTemporaryFolder { folder in
                let environment = [
                    "KUBECONFIG": kubeconfig, "STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": folder + "/s.sqlite",
                    "STACK_NETWORK_POLICY": mode, "STACK_SCHEDULER_INTERVAL": "500ms",
                ]
                _ = try await ServiceProcess.run(environment) { service in
                    let reason = "the right to \(missing) networkpolicies in namespace \(namespace) is missing"
                    let readyz = try await service.api.get("/readyz")
                    let state = readyz.body["dependencies"]?["network_policy"]
                    let created = try await service.api.create(user: 1, problem: 1)
                    if mode == "create" {
                        #expect(readyz.status == 200, "\(readyz.text)")
                        #expect(state?["status"]?.string == "ok")
                        #expect(state?["message"]?.string == "not enforced by us: \(reason)")
                        #expect(created.status == 201, "\(created.text)")
                    } else {
                        #expect(readyz.status == 503, "\(readyz.text)")
                        #expect(state?["status"]?.string == "unavailable" && state?["message"]?.string == reason)
                        #expect(created.status == 503 && created.code == "kubernetes_unavailable", "\(created.text)")
                        #expect(created.body["error"]?.string?.contains(reason) == true, "\(created.text)")
                    }
                    let warnings = service.log.entries.filter { $0["level"] == "warning" && $0["message"]?.contains(reason) == true }
                    #expect(warnings.count == 1)
                }
            }
        }
    }

    @Test func `no Pod network is known: not ready, and no create`() async throws {
        try await withService(["STACK_POD_CIDRS": ""]) { service, namespace, client in
            let nodes = try await client.list(Node.self).items
            guard nodes.allSatisfy({ $0.spec?.podCIDR == nil }) else { return }
            let readyz = try await service.api.get("/readyz")
            #expect(readyz.status == 503)
            let message = readyz.body["dependencies"]?["network_policy"]?["message"]?.string
            #expect(message?.contains("STACK_POD_CIDRS") == true, "\(readyz.text)")
            let created = try await service.api.create(user: 1, problem: 1)
            #expect(created.status == 503 && created.body["error"]?.string?.contains("STACK_POD_CIDRS") == true, "\(created.text)")
            try await expectNothingLeft(in: namespace, client)
        }
    }

    private static let nobody = JSON.array([
        .object(["key": .string("ctf-provisioner.dev/stack-id"), "operator": .string("DoesNotExist")])
    ])

    private static func policies(in namespace: String, _ client: KubernetesClient) async throws -> [NetworkPolicy] {
        try await client.list(NetworkPolicy.self, namespace: namespace).items
    }

    private static func specs(in namespace: String, _ client: KubernetesClient) async throws -> [String: NetworkPolicy.Spec] {
        var specs: [String: NetworkPolicy.Spec] = [:]
        for policy in try await policies(in: namespace, client) { specs[policy.metadata.name ?? ""] = policy.spec }
        return specs
    }

    /// Waits by watch until the policy has another version than this one.
    private static func waitForNext(
        _ name: String,
        after edited: NetworkPolicy,
        in namespace: String,
        _ client: KubernetesClient
    ) async throws {
        let version = try #require(edited.metadata.resourceVersion)
        for try await event in client.watch(NetworkPolicy.self, namespace: namespace, resourceVersion: version) {
            if case .modified(let policy) = event, policy.metadata.name == name { return }
        }
    }

    /// A service account whose only missing rights are those on NetworkPolicies.
    private static func withAccount(
        mayDoWithPolicies verbs: [String],
        _ body: @Sendable (String, String, KubernetesClient) async throws -> Void
    ) async throws {
        let others = ["pods", "services", "nodes", "namespaces"].map { Grant(group: "", resource: $0, verb: "*", isInCluster: true) }
        let policies = verbs.map { Grant(group: "networking.k8s.io", resource: "networkpolicies", verb: $0, isInCluster: true) }
        try await IntegrationTests.withAccount(mayDo: others + policies, body)
    }
}
