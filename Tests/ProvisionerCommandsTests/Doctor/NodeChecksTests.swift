import Foundation
import KubernetesClient
import StackCluster
import Testing

@testable import ProvisionerCommands

@Suite struct NodeChecksTests {
    private static func survey(_ nodes: [String], pods: [String] = [], _ settings: DoctorSettings) throws -> ClusterSurvey {
        ClusterSurvey(
            nodes: try nodes.map { try JSONDecoder().decode(Node.self, from: Data($0.utf8)) },
            pods: try pods.map { try JSONDecoder().decode(Pod.self, from: Data($0.utf8)) },
            settings: settings.cluster
        )
    }

    private static func node(_ name: String, spec: String = "{}", ready: String = "True", external: String? = nil, cpu: String = "4")
        -> String
    {
        let addresses =
            #"{"type":"InternalIP","address":"10.0.0.9"}"# + (external.map { #",{"type":"ExternalIP","address":"\#($0)"}"# } ?? "")
        return #"""
            {"metadata":{"name":"\#(name)","labels":{"role":"stack"}},"spec":\#(spec),"status":{"allocatable":{"cpu":"\#(cpu)","memory":"8Gi","pods":"110"},
            "conditions":[{"type":"Ready","status":"\#(ready)"}],"addresses":[\#(addresses)]}}
            """#
    }

    private static func pod(_ node: String, cpu: String) -> String {
        #"{"metadata":{"name":"p-\#(node)","namespace":"x"},"spec":{"nodeName":"\#(node)","containers":[{"name":"a","resources":{"requests":{"cpu":"\#(cpu)"}}}]}}"#
    }

    @Test func `nodes are told with the reasons that keep stacks off`() throws {
        let settings = try DoctorSettings.forTests(["STACK_NODE_SELECTOR": "role=stack"])
        let survey = try Self.survey(
            [
                Self.node("good", external: "203.0.113.7"),
                Self.node("tainted", spec: #"{"taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"}]}"#),
                Self.node("silent", ready: "Unknown"), Self.node("cordoned", spec: #"{"unschedulable":true}"#),
                #"{"metadata":{"name":"bare"}}"#,
            ],
            settings
        )
        let checks = Check.nodes(.found(survey), settings)
        #expect(checks.map(\.state) == [.ok, .ok, .ok], "\(checks)")
        for part in [
            "1 of 5 may carry stacks (role=stack): good", "tainted (taint gpu=yes:NoSchedule)", "silent (not ready)", "cordoned (cordoned)",
            "bare (no label role=stack; not ready)",
        ] { #expect(checks[0].found.contains(part), "\(part): \(checks[0].found)") }
        #expect(checks[2].found.contains("203.0.113.7"))
    }

    @Test func `no node is wrong, and with a stated size of the cluster a warning`() throws {
        var settings = try DoctorSettings.forTests(["STACK_NODE_SELECTOR": "role=ctf"])
        let none = try Self.survey([Self.node("a")], settings)
        #expect(Check.nodes(.found(none), settings).map(\.state) == [.wrong])
        #expect(Check.nodes(.found(none), settings)[0].advice?.contains("kubectl label node NAME role=ctf") == true)
        settings = try DoctorSettings.forTests(["STACK_NODE_SELECTOR": "role=ctf", "CLUSTER_TOTAL_CPU": "8", "CLUSTER_TOTAL_MEMORY": "8Gi"])
        #expect(Check.nodes(.found(none), settings).map(\.state) == [.warning])
    }

    @Test func `room counts each node by itself`() throws {
        // 3 cores are free in all, but no node has 2.
        let settings = try DoctorSettings.forTests()
        let survey = try Self.survey(
            [Self.node("a"), Self.node("b")],
            pods: [Self.pod("a", cpu: "2500m"), Self.pod("b", cpu: "2500m")],
            settings
        )
        let capacity = Check.nodes(.found(survey), settings)[1]
        #expect(capacity.state == .warning)
        #expect(capacity.found.contains("218 more Pods, or 0 of the largest size (2 cpu, 512Mi)"), "\(capacity.found)")
    }

    @Test func `absurd requests and quantities end nothing`() throws {
        let settings = try DoctorSettings.forTests()
        let survey = try Self.survey(
            [Self.node("a", cpu: "9e18"), Self.node("b", cpu: "-1"), Self.node("c", cpu: "x")],
            pods: [Self.pod("a", cpu: "9e18"), Self.pod("a", cpu: "9e18"), Self.pod("gone", cpu: "9e15")],
            settings
        )
        #expect(Check.nodes(.found(survey), settings).count == 3)
    }

    @Test func `a node without an external address is told with its own`() throws {
        let settings = try DoctorSettings.forTests()
        let survey = try Self.survey([Self.node("a"), Self.node("b", external: "203.0.113.7")], settings)
        let addresses = Check.nodes(.found(survey), settings)[2]
        #expect(addresses.state == .warning)
        #expect(addresses.found.contains("no ExternalIP on a:") && addresses.found.contains("10.0.0.9"), "\(addresses.found)")
    }

    @Test func `a list that may not be read is a warning, one without an answer unknown`() throws {
        let settings = try DoctorSettings.forTests()
        #expect(Check.nodes(.forbidden("no"), settings).map(\.state) == [.warning])
        #expect(Check.nodes(.failed("timed out"), settings).map(\.state) == [.unknown])
    }
}
