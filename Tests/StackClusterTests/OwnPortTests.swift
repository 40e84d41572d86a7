import KubernetesClient
import Testing

@testable import StackCluster
@testable import Stacks

/// Which NodePorts are offered while stacks are being removed.
@Suite struct OwnPortTests {
    private let ports = Ports(pool: PortPool(range: 30000...30001))
    private let state: WatchedState

    init() {
        let settings = KubernetesCluster.Settings(namespace: "stacks", reserve: .standard)
        state = WatchedState(settings: settings, ports: ports, reconcileQueue: ReconcileQueue())
    }

    private static let labels =
        #""labels":{"app.kubernetes.io/managed-by":"ctf-provisioner","ctf-provisioner.dev/stack-id":"stack-0000000000000001"}"#

    private func pod() throws -> Pod {
        try Objects.pod("stack-0000000000000001", spec: #"{"containers":[]}"#, metadata: ",\(Self.labels)")
    }

    private func service(_ labels: String = labels, spec: String = #"{"ports":[{"port":80,"nodePort":30000}]}"#) throws -> Service {
        try Objects.decode(
            Service.self,
            #"{"metadata":{"name":"svc-stack-0000000000000001","namespace":"stacks",\#(labels)},"spec":\#(spec)}"#
        )
    }

    @Test func `a change of a stack's objects is published, and of a node only one that shows in stacks`() throws {
        let changes = StackChanges()
        let settings = KubernetesCluster.Settings(namespace: "stacks", reserve: .standard)
        let state = WatchedState(settings: settings, ports: ports, reconcileQueue: ReconcileQueue(), changes: changes)
        changes.attach { _ in }
        _ = changes.takeWork()
        let id = try #require(StackID("stack-0000000000000001"))
        let podChanges: [Change<Pod>] = [.added(try pod()), .updated(old: try pod(), new: try pod()), .removed(try pod())]
        for change in podChanges {
            state.podChanged(change)
            #expect(changes.takeWork().changed == [id])
        }
        let serviceChanges: [Change<Service>] = [
            .added(try service()), .updated(old: try service(), new: try service()), .removed(try service()),
        ]
        for change in serviceChanges {
            state.serviceChanged(change)
            #expect(changes.takeWork().changed == [id])
        }
        state.serviceChanged(.added(try service(#""labels":{}"#)))
        func node(_ status: String) throws -> Node { try Objects.decode(Node.self, #"{"metadata":{"name":"n"},"status":{\#(status)}}"#) }
        let (old, ready) = (try node(""), try node(#""conditions":[{"type":"Ready","status":"True"}]"#))
        state.nodeChanged(.updated(old: old, new: old))
        let quiet = changes.takeWork()
        #expect(quiet.changed.isEmpty && !quiet.isAllChanged)
        for change in [Change<Node>.added(old), .updated(old: old, new: ready), .removed(ready), .relisted] {
            state.nodeChanged(change)
            #expect(changes.takeWork().isAllChanged)
        }
        state.podChanged(.relisted)
        #expect(changes.takeWork().isAllChanged)
    }

    @Test func `the port of a stack is offered again once its Pod is gone as well`() throws {
        state.podChanged(.added(try pod()))
        state.serviceChanged(.added(try service()))
        #expect(ports.freeCount == 1)
        state.serviceChanged(.removed(try service()))
        #expect(ports.freeCount == 1, "the record holds the port until the Pod has ended")
        state.podChanged(.removed(try pod()))
        #expect(ports.freeCount == 2)
    }

    @Test func `the port of a stack whose Pod went first is offered with the end of its Service`() throws {
        state.podChanged(.added(try pod()))
        state.serviceChanged(.added(try service()))
        state.podChanged(.removed(try pod()))
        #expect(ports.freeCount == 1)
        state.serviceChanged(.removed(try service()))
        #expect(ports.freeCount == 2)
    }

    @Test func `the port of a stack whose Pod lost our labels is offered with the end of its Service`() throws {
        state.podChanged(.added(try pod()))
        state.serviceChanged(.added(try service()))
        let stripped = try Objects.pod("stack-0000000000000001", spec: #"{"containers":[]}"#)
        state.podChanged(.updated(old: try pod(), new: stripped))
        state.serviceChanged(.removed(try service()))
        #expect(ports.freeCount == 2)
    }

    @Test func `a stranger's Service holds its ports, its health check's too, and no Pod matters`() throws {
        let stranger = try service(#""labels":{}"#, spec: #"{"ports":[{"port":80,"nodePort":30000}],"healthCheckNodePort":30001}"#)
        state.serviceChanged(.added(stranger))
        #expect(ports.freeCount == 0)
        state.serviceChanged(.removed(stranger))
        #expect(ports.freeCount == 2)
    }
}
