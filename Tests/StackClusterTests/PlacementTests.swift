import KubernetesClient
import PodPolicy
import Stacks
import Testing

@testable import StackCluster

@Suite struct PlacementTests {
    private static let ready = #""conditions":[{"type":"Ready","status":"True"}],"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}"#

    private static func runtimeClass(_ fields: String = "", name: String = "gvisor") throws -> RuntimeClass {
        try Objects.decode(RuntimeClass.self, #"{"metadata":{"name":"\#(name)"},"handler":"runsc"\#(fields)}"#)
    }

    private static func node(taints: String = "[]", labels: String = "{}", more: String = "") throws -> Node {
        try Objects.node(labels: labels, spec: #"{"taints":\#(taints)\#(more)}"#, status: "{\(ready)}")
    }

    @Test(
        arguments: [
            (#"[{"key":"a","value":"b","effect":"NoSchedule"}]"#, [PodToleration(key: "a", value: "b", effect: .noSchedule)], true),
            (#"[{"key":"a","value":"c","effect":"NoSchedule"}]"#, [PodToleration(key: "a", value: "b", effect: .noSchedule)], false),
            (#"[{"key":"a","effect":"NoSchedule"}]"#, [PodToleration(key: "a", value: "", effect: .noSchedule)], true),
            (#"[{"key":"a","value":"c","effect":"NoSchedule"}]"#, [PodToleration(key: "a", value: "", effect: .noSchedule)], false),
            (#"[{"key":"a","value":"c","effect":"NoSchedule"}]"#, [PodToleration(key: "a", value: nil, effect: .noSchedule)], true),
            (#"[{"key":"a","effect":"NoExecute"}]"#, [PodToleration(key: "a", value: nil, effect: .noSchedule)], false),
            (
                #"[{"key":"a","effect":"NoSchedule"},{"key":"a","effect":"NoExecute"}]"#,
                [.init(key: "a", value: nil, effect: .noSchedule)],
                false
            ),
            (
                #"[{"key":"a","effect":"NoSchedule"},{"key":"a","effect":"NoExecute"}]"#,
                [PodToleration(key: "a", value: nil, effect: .noSchedule), PodToleration(key: "a", value: nil, effect: .noExecute)], true
            ),
            (#"[{"key":"b","effect":"PreferNoSchedule"}]"#, [PodToleration(key: "a", value: nil, effect: .noSchedule)], true),
            (#"[{"key":"b","effect":"NoSchedule"}]"#, [PodToleration(key: "a", value: nil, effect: .noSchedule)], false),
        ] as [(String, [PodToleration], Bool)]
    )
    func `a node counts if all of its taints are tolerated`(taints: String, tolerations: [PodToleration], isEligible: Bool) throws {
        #expect(try Self.node(taints: taints).capacity(Placement(tolerations: tolerations)).isEligible == isEligible)
    }

    @Test(arguments: [
        (#"{"operator":"Exists"}"#, true), (#"{"key":"a","operator":"Exists"}"#, true), (#"{"key":"b","operator":"Exists"}"#, false),
        (#"{"key":"a","value":"x"}"#, true), (#"{"key":"a","operator":"Equal","value":"x","effect":""}"#, true), (#"{"key":"a"}"#, false),
        (#"{"key":"a","operator":"Lt","value":"x"}"#, false), (#"{"key":"a","operator":"Exists","effect":"NoExecute"}"#, false),
    ])
    func `the tolerations of the runtime class count, as the scheduler reads them`(toleration: String, isEligible: Bool) throws {
        let runtimeClass = try Self.runtimeClass(#","scheduling":{"tolerations":[\#(toleration)]}"#)
        let node = try Self.node(taints: #"[{"key":"a","value":"x","effect":"NoSchedule"}]"#)
        #expect(node.capacity(Placement(runtimeClass: runtimeClass)).isEligible == isEligible)
        #expect(!node.capacity(Placement()).isEligible)
    }

    @Test func `a node needs the labels of the settings and of the runtime class`() throws {
        let runtimeClass = try Self.runtimeClass(#","scheduling":{"nodeSelector":{"gvisor":"yes"}}"#)
        let placement = Placement(selector: ["role": "stack"], runtimeClass: runtimeClass)
        #expect(try Self.node(labels: #"{"role":"stack","gvisor":"yes"}"#).capacity(placement).isEligible)
        for labels in ["{}", #"{"role":"stack"}"#, #"{"gvisor":"yes"}"#, #"{"role":"stack","gvisor":"no"}"#] {
            #expect(try !Self.node(labels: labels).capacity(placement).isEligible, "\(labels)")
        }
        // Admission refuses such a Pod.
        let contrary = Placement(selector: ["gvisor": "no"], runtimeClass: runtimeClass)
        #expect(try !Self.node(labels: #"{"gvisor":"yes"}"#).capacity(contrary).isEligible)
    }

    @Test func `a toleration opens no cordoned node`() throws {
        let placement = Placement(tolerations: [PodToleration(key: "node.kubernetes.io/unschedulable", value: nil, effect: .noSchedule)])
        #expect(try !Self.node(more: #","unschedulable":true"#).capacity(placement).isEligible)
    }

    @Test func `nodes are looked at again when the runtime class changes, and only for the configured one`() throws {
        let settings = KubernetesCluster.Settings(namespace: "stacks", runtimeClassName: "gvisor", reserve: .standard, totalMemoryBytes: 1)
        let ports = Ports(pool: PortPool(range: 30000...30010))
        let state = WatchedState(settings: settings, ports: ports, reconcileQueue: ReconcileQueue())
        state.nodeChanged(.added(try Self.node(labels: #"{"gvisor":"yes"}"#)))
        let whole = state.budget().cpuMilli
        #expect(whole == 3200)
        let elsewhere = try Self.runtimeClass(#","scheduling":{"nodeSelector":{"gvisor":"no"}}"#)
        let here = try Self.runtimeClass(#","scheduling":{"nodeSelector":{"gvisor":"yes"}}"#)
        state.runtimeClassChanged(.added(elsewhere))
        #expect(state.budget().cpuMilli == 0)
        state.runtimeClassChanged(.updated(old: elsewhere, new: here))
        #expect(state.budget().cpuMilli == whole)
        let stranger = try Self.runtimeClass(#","scheduling":{"nodeSelector":{"gvisor":"no"}}"#, name: "kata")
        state.runtimeClassChanged(.added(stranger))
        state.runtimeClassChanged(.removed(stranger))
        state.runtimeClassChanged(.relisted)
        #expect(state.budget().cpuMilli == whole)
        state.runtimeClassChanged(.updated(old: here, new: elsewhere))
        state.runtimeClassChanged(.removed(elsewhere))
        #expect(state.budget().cpuMilli == whole)
        // A node that comes later is judged by what is known by then, and one that went is not looked at any more.
        state.runtimeClassChanged(.added(elsewhere))
        state.nodeChanged(.added(try Self.node(labels: #"{"gvisor":"yes"}"#)))
        #expect(state.budget().cpuMilli == 0)
        state.nodeChanged(.removed(try Self.node()))
        state.runtimeClassChanged(.removed(elsewhere))
        #expect(state.budget().cpuMilli == 0)
    }

    @Test(arguments: [
        ("", NodeResources(cpuMilli: 0, memoryBytes: 0, ephemeralStorageBytes: 0)),
        (#","overhead":{}"#, NodeResources(cpuMilli: 0, memoryBytes: 0, ephemeralStorageBytes: 0)),
        (
            #","overhead":{"podFixed":{"cpu":"250m","memory":"120Mi","ephemeral-storage":"1Gi","odd":"7"}}"#,
            NodeResources(cpuMilli: 250, memoryBytes: 120 << 20, ephemeralStorageBytes: 1 << 30)
        ),
        (#","overhead":{"podFixed":{"cpu":"-1","memory":"lots"}}"#, NodeResources(cpuMilli: 0, memoryBytes: 0, ephemeralStorageBytes: 0)),
        (
            #","overhead":{"podFixed":{"cpu":"9e15","memory":"7Ei"}}"#,
            NodeResources(cpuMilli: 1 << 40, memoryBytes: 1 << 53, ephemeralStorageBytes: 0)
        ),
    ])
    func `the overhead is that of the runtime class, within what a machine has`(fields: String, expected: NodeResources) throws {
        #expect(try Self.runtimeClass(fields).podOverhead == expected)
    }
}
