import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

@Suite struct NodeTests {
    private static let ready = #""conditions":[{"type":"Ready","status":"True"}]"#

    @Test(arguments: [
        ("{}", "{}", ready, true, "ready and without a taint"),
        ("{}", "{}", #""conditions":[{"type":"Ready","status":"False"}]"#, false, "not ready"),
        ("{}", "{}", #""conditions":[{"type":"Ready","status":"Unknown"}]"#, false, "silent"),
        ("{}", "{}", #""conditions":null"#, false, "without a word about readiness"),
        ("{}", #"{"unschedulable":true}"#, ready, false, "cordoned"),
        ("{}", #"{"taints":[{"key":"a","effect":"NoSchedule"}]}"#, ready, false, "tainted"),
        ("{}", #"{"taints":[{"key":"a","effect":"NoExecute"}]}"#, ready, false, "tainted to evict"),
        ("{}", #"{"taints":[{"key":"a","effect":"PreferNoSchedule"}]}"#, ready, true, "tainted by preference only"),
        (#"{"kubernetes.io/os":"windows"}"#, "{}", ready, false, "of Windows"),
        (#"{"kubernetes.io/os":"linux"}"#, "{}", ready, true, "of Linux"),
    ])
    func `a node that is eligible carries stacks`(labels: String, spec: String, status: String, isEligible: Bool, what: String) throws {
        let node = try Objects.node(labels: labels, spec: spec, status: "{\(status)}")
        #expect(node.capacity(Placement()).isEligible == isEligible, "\(what)")
        #expect(!node.capacity(Placement(selector: ["role": "stack"])).isEligible)
    }

    @Test(arguments: [
        ("{}", "{}", ready, NodeExclusion?.none), (#"{"kubernetes.io/os":"windows"}"#, "{}", "", .notLinux),
        (#"{"role":"other"}"#, "{}", "", .notSelected), (#"{"role":"stack"}"#, "{}", "", .notReady),
        // Kubernetes adds these taints by itself.
        ("{}", #"{"unschedulable":true,"taints":[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"}]}"#, ready, .cordoned),
        ("{}", #"{"taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}]}"#, "", .notReady),
        ("{}", #"{"taints":[{"key":"gpu","effect":"NoSchedule"}]}"#, ready, .tainted),
    ])
    func `a node that is no capacity has the reason that an operator can act on`(
        labels: String,
        spec: String,
        status: String,
        exclusion: NodeExclusion?
    ) throws {
        let selector = labels == "{}" ? [:] : ["role": "stack"]
        let node = try Objects.node(labels: labels, spec: spec, status: "{\(status)}")
        #expect(node.capacity(Placement(selector: selector)).exclusion == exclusion)
    }

    @Test func `with rights on a namespace alone no node is reported`() throws {
        var settings = KubernetesCluster.Settings(namespace: "stacks", reserve: .standard)
        for scope in WatchScope.allCases {
            settings.watchScope = scope
            let ports = Ports(pool: PortPool(range: 30000...30010))
            let state = WatchedState(settings: settings, ports: ports, reconcileQueue: ReconcileQueue())
            state.podChanged(.added(try Objects.pod(spec: #"{"nodeName":"node-1","containers":[]}"#)))
            #expect(state.nodeReport()?.total == (scope == .cluster ? 0 : nil))
        }
    }

    @Test func `capacity is rounded down, and what a node does not report is not known`() throws {
        let allocatable = #"{"cpu":"1999999u","memory":"1500m","pods":"110","ephemeral-storage":"64Gi","odd":"x"}"#
        let node = try Objects.node(status: #"{\#(Self.ready),"allocatable":\#(allocatable)}"#)
        let expected = NodeResources(cpuMilli: 1999, memoryBytes: 1, ephemeralStorageBytes: 64 << 30, pods: 110)
        #expect(node.capacity(Placement()).allocatable == expected)
        let bare = try Objects.node(status: "{\(Self.ready)}")
        #expect(bare.capacity(Placement()).allocatable == NodeResources(cpuMilli: 0, memoryBytes: 0))
    }

    @Test(arguments: [
        ("{}", #""conditions":[{"type":"Ready","status":"Unknown"}]"#, true), ("{}", ready, false),
        ("{}", #""conditions":[{"type":"Ready","status":"False"}]"#, false),
        (#"{"taints":[{"key":"node.kubernetes.io/unreachable","effect":"NoExecute"}]}"#, ready, true),
        (#"{"taints":[{"key":"node.kubernetes.io/out-of-service","effect":"NoExecute"}]}"#, ready, true),
        (#"{"taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoExecute"}]}"#, ready, false),
    ])
    func `a node is unreachable once its kubelet is not heard any more`(spec: String, status: String, isUnreachable: Bool) throws {
        #expect(NodeObservation(try Objects.node(spec: spec, status: "{\(status)}")).isUnreachable == isUnreachable)
    }

    @Test func `every external address is known, in order`() throws {
        let addresses =
            #"[{"type":"Hostname","address":"n"},{"type":"ExternalIP","address":"2001:db8::1"},{"type":"InternalIP","address":"10.0.0.1"},"#
            + #"{"type":"ExternalIP","address":"203.0.113.7"}]"#
        let node = NodeObservation(try Objects.node(status: #"{"addresses":\#(addresses)}"#))
        #expect(node.externalIPs == ["2001:db8::1", "203.0.113.7"])
    }
}
