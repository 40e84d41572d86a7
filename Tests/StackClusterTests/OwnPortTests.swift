import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

/// Which NodePorts are offered while stacks are being removed.
@Suite struct OwnPortTests {
    private let ports = Ports(pool: PortPool(range: 30000...30001))
    private let state: WatchedState

    init() {
        let settings = KubernetesCluster.Settings(namespace: "stacks", reserve: .standard)
        state = WatchedState(settings: settings, ports: ports, triggers: ReconcileTriggers())
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
