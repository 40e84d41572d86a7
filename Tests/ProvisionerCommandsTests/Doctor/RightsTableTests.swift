import Foundation
import KubernetesClient
import PodPolicy
import Testing
import Yams

@testable import ProvisionerCommands

/// The table of rights in the code, against the file that operators apply and the document that explains it.
@Suite struct RightsTableTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    /// One verb on one resource.
    private struct Grant: Hashable, Comparable, CustomStringConvertible {
        var scope: String
        var group: String
        var resource: String
        var verb: String

        var description: String { "\(verb) \(group.isEmpty ? "" : group + "/")\(resource) in \(scope)" }
        static func < (left: Grant, right: Grant) -> Bool { left.description < right.description }
    }

    private static func file(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// A file with the rights that the service needs with one STACK_WATCH_SCOPE.
    struct Manifest: Sendable, CustomTestStringConvertible {
        var path: String
        var unused: [Right.Condition]

        var testDescription: String { path }
    }

    private static let manifests = [
        Manifest(path: "deploy/base/rbac.yaml", unused: [.watchesNamespace]),
        Manifest(path: "deploy/overlays/namespace-scope/rbac.yaml", unused: [.watchesCluster, .runtimeClass]),
    ]

    private static func inCode(_ manifest: Manifest) -> Set<Grant> {
        Set(
            Right.all.filter { !manifest.unused.contains($0.condition) }.flatMap { right in
                right.resources.flatMap { resource in
                    right.verbs.map { Grant(scope: right.scope.rawValue, group: right.group, resource: resource, verb: $0) }
                }
            }
        )
    }

    private static func granted(_ manifest: Manifest) throws -> Set<Grant> {
        var grants: Set<Grant> = []
        for document in try Yams.compose_all(yaml: try file(manifest.path)) {
            guard let kind = document["kind"]?.string, ["Role", "ClusterRole"].contains(kind) else { continue }
            for rule in document["rules"]?.array() ?? [] {
                let names = rule["resourceNames"]?.array().compactMap(\.string)
                #expect(names == nil || names == ["stacks"])
                let scope: Right.Scope = kind == "ClusterRole" ? .cluster : names == nil ? .namespace : .namespaceItself
                func words(_ key: String) -> [String] { rule[key]?.array().compactMap(\.string) ?? [] }
                // A rule of another kind, such as one with nonResourceURLs, grants what the code does not know of.
                #expect(
                    rule.mapping?.keys.compactMap(\.string).filter { !["apiGroups", "resources", "verbs", "resourceNames"].contains($0) }
                        == []
                )
                for group in words("apiGroups") {
                    for resource in words("resources") {
                        for verb in words("verbs") {
                            grants.insert(Grant(scope: scope.rawValue, group: group, resource: resource, verb: verb))
                        }
                    }
                }
            }
        }
        return grants
    }

    @Test(arguments: manifests)
    func `a role file grants the rights of the table, and nothing else`(manifest: Manifest) throws {
        let granted = try Self.granted(manifest)
        #expect(granted.count > 20)
        #expect(Self.inCode(manifest).subtracting(granted).sorted() == [])
        #expect(granted.subtracting(Self.inCode(manifest)).sorted() == [])
    }

    @Test func `the document of the threat model lists every right with its use`() throws {
        let text = try Self.file("docs/security.md")
        #expect(Right.all.map(\.documentRow).filter { !text.contains($0) } == [])
        let rows = text.split(separator: "\n").filter {
            $0.contains("| the namespace |") || $0.contains("| the cluster |") || $0.contains("itself |")
        }
        #expect(rows.count == Right.all.count)
    }

    @Test func `a right on the namespace itself asks for that object, a subresource apart from its resource`() throws {
        let own = try #require(Right.all.first { $0.scope == .namespaceItself }).questions(namespace: "ctf")
        #expect(own.map(\.name) == ["ctf", "ctf"])
        #expect(own.map(\.namespace) == ["ctf", "ctf"])
        let log = try #require(Right.all.first { $0.resources == ["pods/log"] }).questions(namespace: "ctf")
        #expect(log.map { "\($0.resource) \($0.subresource ?? "")" } == ["pods log"])
        let cluster = Right.all.filter { $0.scope == .cluster }.flatMap { $0.questions(namespace: "ctf") }
        #expect(cluster.allSatisfy { $0.namespace == nil })
    }

    @Test(
        arguments: [
            ([:], ["networkpolicies", "nodes"]),
            (["STACK_NETWORK_POLICY": "off"], ["nodes"]),
            (["STACK_RUNTIME_CLASS": "gvisor", "STACK_NETWORK_POLICY": "off"], ["nodes", "runtimeclasses"]),
            (["STACK_STORE": "dynamodb"], ["leases", "networkpolicies", "nodes"]),
            (
                [
                    "STACK_WATCH_SCOPE": "namespace", "CLUSTER_TOTAL_CPU": "8", "CLUSTER_TOTAL_MEMORY": "8Gi",
                    "STACK_RUNTIME_CLASS": "gvisor",
                    "STACK_NETWORK_POLICY": "off",
                ], []
            ),
        ] as [([String: String], [String])]
    )
    func `rights are asked for only if the configuration uses them`(environment: [String: String], conditional: [String]) throws {
        let settings = try DoctorSettings.forTests(environment)
        let asked = Set(settings.rights.filter { $0.condition != .always }.flatMap(\.resources))
        #expect(asked.subtracting(["pods", "services", "namespaces"]).sorted() == conditional)
        #expect(settings.rights.count { $0.condition == .always } == Right.all.count { $0.condition == .always })
    }

    @Test func `with the scope of a namespace no right outside of it is asked for`() throws {
        let settings = try DoctorSettings.forTests([
            "STACK_WATCH_SCOPE": "namespace", "CLUSTER_TOTAL_CPU": "8", "CLUSTER_TOTAL_MEMORY": "8Gi", "STACK_POD_CIDRS": "10.244.0.0/16",
        ])
        #expect(settings.rights.filter { $0.scope == .cluster } == [])
        #expect(
            settings.rights.contains { $0.scope == .namespace && $0.verbs == ["list", "watch"] && $0.resources == ["pods", "services"] }
        )
        #expect(Check.unreadNodes(settings).found.contains("8 cpu, 8Gi"))
        let ports = Check.nodePorts(.found(30000...32767), services: .found([]), settings)
        #expect(ports.state == .ok && ports.found.contains("those of other namespaces unread"), "\(ports.found)")
        var gvisor = settings
        gvisor.policy.runtimeClassName = "gvisor"
        #expect(Check.runtimeClass(nil, gvisor).found.contains("not read with STACK_WATCH_SCOPE=namespace"))
    }

    @Test(arguments: [
        ("create", ["get", "list", "watch", "create", "update"]), ("require", ["get", "list", "watch", "create", "update"]), ("off", []),
    ])
    func `the policies are read and written in every mode that keeps them`(mode: String, verbs: [String]) throws {
        let settings = try DoctorSettings.forTests(["STACK_NETWORK_POLICY": mode])
        #expect(settings.rights.filter { $0.resources == ["networkpolicies"] }.flatMap(\.verbs) == verbs)
    }
}

extension DoctorSettings {
    static func forTests(_ environment: [String: String] = [:]) throws -> DoctorSettings {
        DoctorSettings(try ServeConfiguration(environment: environment))
    }
}
