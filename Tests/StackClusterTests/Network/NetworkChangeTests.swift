import KubernetesClient
import Stacks
import Synchronization
import Testing

@testable import StackCluster

@Suite struct NetworkChangeTests {
    @Test func `a node that comes, goes or moves is a change of the networks; its heartbeat is none`() throws {
        let changes = Mutex(0)
        let state = WatchedState(
            settings: KubernetesCluster.Settings(namespace: "stacks", reserve: .standard),
            ports: Ports(pool: PortPool(range: 30000...30010)),
            reconcileQueue: ReconcileQueue(),
            onNetworkChange: { changes.withLock { $0 += 1 } }
        )
        func node(_ range: String, _ address: String, ready: String = "True") throws -> Node {
            try Objects.node(
                spec: #"{"podCIDR":"\#(range)","podCIDRs":["\#(range)"]}"#,
                status:
                    #"{"conditions":[{"type":"Ready","status":"\#(ready)"}],"addresses":[{"type":"InternalIP","address":"\#(address)"}]}"#
            )
        }
        let first = try node("10.244.0.0/24", "10.0.0.1")
        state.nodeChanged(.added(first))
        #expect(changes.withLock { $0 } == 1)
        let silent = try node("10.244.0.0/24", "10.0.0.1", ready: "Unknown")
        state.nodeChanged(.updated(old: first, new: silent))
        #expect(changes.withLock { $0 } == 1)
        let moved = try node("10.244.0.0/24", "10.0.0.2")
        state.nodeChanged(.updated(old: silent, new: moved))
        #expect(changes.withLock { $0 } == 2)
        let renumbered = try node("10.244.9.0/24", "10.0.0.2")
        state.nodeChanged(.updated(old: moved, new: renumbered))
        #expect(changes.withLock { $0 } == 3)
        state.nodeChanged(.removed(renumbered))
        state.nodeChanged(.relisted)
        #expect(changes.withLock { $0 } == 5)
    }

    @Test(arguments: [
        ("10.0.0.1", "10.0.0.1/32"), ("10.0.0.1:6443", "10.0.0.1/32"), ("fd00::1", "fd00::1/128"), ("[fd00::1]:6443", "fd00::1/128"),
        ("[fd00::1]", "fd00::1/128"), ("api.example:443", nil), ("", nil), (":443", nil), ("[", nil), ("10.0.0.1:1:2", nil),
    ])
    func `the API server's address is read with and without a port`(text: String, expected: String?) {
        #expect(ClusterNetworks.address(text)?.description == expected)
    }

    @Test func `a cluster IP in a public range closes its neighbours, one in a private range adds nothing`() throws {
        func service(_ address: String) throws -> Service {
            try Objects.decode(Service.self, #"{"metadata":{"name":"s","namespace":"n"},"spec":{"clusterIP":"\#(address)"}}"#)
        }
        let addresses = ["10.96.0.7", "34.118.224.9", "34.118.225.1", "fd00::9", "2600:1f14:77::a", "None", "", "x"]
        let networks = ClusterNetworks(configured: [], nodes: [], services: try addresses.map(service), apiServer: [])
        #expect(networks.others.map(\.description) == ["34.118.224.0/23", "2600:1f14:77::/112"])
    }
}
