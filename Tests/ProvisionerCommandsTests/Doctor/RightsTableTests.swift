import Foundation
import KubernetesClient
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

    private static let inCode = Set(
        Right.all.flatMap { right in
            right.resources.flatMap { resource in
                right.verbs.map { Grant(scope: right.scope.rawValue, group: right.group, resource: resource, verb: $0) }
            }
        }
    )

    private static func inExample() throws -> Set<Grant> {
        var grants: Set<Grant> = []
        for document in try Yams.compose_all(yaml: try file("examples/rbac.yaml")) {
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

    @Test func `examples/rbac.yaml grants every right of the table`() throws {
        #expect(Self.inCode.subtracting(try Self.inExample()).sorted() == [])
    }

    @Test func `examples/rbac.yaml grants nothing but the rights of the table`() throws {
        let granted = try Self.inExample()
        #expect(granted.count > 20)
        #expect(granted.subtracting(Self.inCode).sorted() == [])
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
            ([:], ["networkpolicies"]),
            (["STACK_NETWORK_POLICY": "off"], []),
            (["STACK_RUNTIME_CLASS": "gvisor", "STACK_NETWORK_POLICY": "off"], ["runtimeclasses"]),
            (["STACK_STORE": "dynamodb"], ["leases", "networkpolicies"]),
        ] as [([String: String], [String])]
    )
    func `rights are asked for only if the configuration uses them`(environment: [String: String], conditional: [String]) throws {
        let settings = try DoctorSettings.forTests(environment)
        let asked = Set(settings.rights.filter { $0.condition != .always }.flatMap(\.resources))
        #expect(asked.sorted() == conditional)
        #expect(settings.rights.count { $0.condition == .always } == Right.all.count { $0.condition == .always })
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
