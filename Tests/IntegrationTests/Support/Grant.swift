import Foundation
import KubernetesClient
import TestBasics
import Testing
import Yams

/// One verb on one resource, as a rule of a Role or a ClusterRole grants it.
struct Grant: Hashable, Sendable, CustomTestStringConvertible {
    var group: String
    var resource: String
    var verb: String
    /// Whether a ClusterRole grants it; else a Role in the namespace.
    var isInCluster: Bool
    /// Whether it is granted for the object with the name of the namespace alone.
    var isNamed = false

    var testDescription: String {
        "\(verb) \(resource) \(isInCluster ? "in the cluster" : isNamed ? "on the namespace" : "in the namespace")"
    }

    /// The manifest of the roles that operators apply.
    static let example = URL(filePath: #filePath).appending(path: "../../../../deploy/base/rbac.yaml").standardizedFileURL.path

    /// Every grant of the manifest.
    static func ofExample() throws -> [Grant] {
        var grants: [Grant] = []
        for document in try Yams.compose_all(yaml: try String(contentsOfFile: example, encoding: .utf8)) {
            guard let kind = document["kind"]?.string, ["Role", "ClusterRole"].contains(kind) else { continue }
            for rule in document["rules"]?.array() ?? [] {
                func words(_ key: String) -> [String] { rule[key]?.array().compactMap(\.string) ?? [] }
                for group in words("apiGroups") {
                    for resource in words("resources") {
                        for verb in words("verbs") {
                            var grant = Grant(group: group, resource: resource, verb: verb, isInCluster: kind == "ClusterRole")
                            grant.isNamed = !words("resourceNames").isEmpty
                            grants.append(grant)
                        }
                    }
                }
            }
        }
        return grants
    }

    fileprivate func rule(in namespace: String) -> String {
        let names = isNamed ? #","resourceNames":["\#(namespace)"]"# : ""
        return #"{"apiGroups":["\#(group)"],"resources":["\#(resource)"],"verbs":["\#(verb)"]\#(names)}"#
    }
}

/// Runs `body` with a namespace of the test's own and a kubeconfig of a service account that has these rights and no others.
func withAccount(
    mayDo grants: [Grant],
    _ body: @Sendable (_ kubeconfig: String, _ namespace: String, _ client: KubernetesClient) async throws -> Void
) async throws {
    try await TestCluster.withNamespace { namespace, client in
        try await client.create(
            ServiceAccount.self,
            named: "ctf-provisioner",
            namespace: namespace,
            #""automountServiceAccountToken":false"#
        )
        func rules(_ grants: [Grant]) -> String { #""rules":[\#(grants.map { $0.rule(in: namespace) }.joined(separator: ","))]"# }
        func binding(_ kind: String) -> String {
            #""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"\#(kind)","name":"\#(namespace)"},"#
                + #""subjects":[{"kind":"ServiceAccount","name":"ctf-provisioner","namespace":"\#(namespace)"}]"#
        }
        try await client.create(Role.self, named: namespace, namespace: namespace, rules(grants.filter { !$0.isInCluster }))
        try await client.create(RoleBinding.self, named: namespace, namespace: namespace, binding("Role"))
        try await client.create(ClusterRole.self, named: namespace, namespace: nil, rules(grants.filter(\.isInCluster)))
        try await client.create(ClusterRoleBinding.self, named: namespace, namespace: nil, binding("ClusterRole"))
        let outcome: Result<Void, any Error>
        do {
            let token = try await client.tokenOfProvisioner(in: namespace)
            outcome = .success(
                try await withTemporaryFolder { folder in
                    try await body(try TestCluster.kubeconfig(inFolder: folder, token: token), namespace, client)
                }
            )
        } catch { outcome = .failure(error) }
        try await client.delete(ClusterRoleBinding.self, name: namespace, namespace: nil)
        try await client.delete(ClusterRole.self, name: namespace, namespace: nil)
        try outcome.get()
    }
}

extension KubernetesClient {
    /// A token of the service account `ctf-provisioner` of the namespace, for ten minutes.
    func tokenOfProvisioner(in namespace: String) async throws -> String {
        // The only resource of its kind under this account.
        struct TokenRequest: KubernetesObject {
            static let resource = APIResource(plural: "serviceaccounts/ctf-provisioner/token", kind: "TokenRequest")
            var metadata: ObjectMeta
            var status: JSON
        }
        let body = JSON.object([
            "apiVersion": .string("authentication.k8s.io/v1"), "kind": .string("TokenRequest"),
            "spec": .object(["expirationSeconds": .number(600)]),
        ])
        return try #require(try await create(body, as: TokenRequest.self, namespace: namespace).status["token"]?.string)
    }
}

private struct Role: KubernetesObject {
    static let resource = APIResource(group: "rbac.authorization.k8s.io", plural: "roles", kind: "Role")
    var metadata: ObjectMeta
}

private struct RoleBinding: KubernetesObject {
    static let resource = APIResource(group: "rbac.authorization.k8s.io", plural: "rolebindings", kind: "RoleBinding")
    var metadata: ObjectMeta
}

private struct ClusterRole: KubernetesObject {
    static let resource = APIResource(
        group: "rbac.authorization.k8s.io",
        plural: "clusterroles",
        kind: "ClusterRole",
        isNamespaced: false
    )
    var metadata: ObjectMeta
}

private struct ClusterRoleBinding: KubernetesObject {
    static let resource = APIResource(
        group: "rbac.authorization.k8s.io",
        plural: "clusterrolebindings",
        kind: "ClusterRoleBinding",
        isNamespaced: false
    )
    var metadata: ObjectMeta
}
