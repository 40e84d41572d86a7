import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

/// What the watch of Pods tells of readiness.
@Suite struct ReadyTimesTests {
    private static func pod(isReady: Bool, labels: Bool = true) throws -> Pod {
        let own =
            #","labels":{"app.kubernetes.io/managed-by":"ctf-provisioner","ctf-provisioner.dev/stack-id":"stack-0000000000000001"}"#
        return try Objects.pod(
            "stack-0000000000000001",
            spec: #"{"containers":[]}"#,
            status: #"{"conditions":[{"type":"Ready","status":"\#(isReady ? "True" : "False")"}]}"#,
            metadata: labels ? own : ""
        )
    }

    @Test func `a Pod ends its wait when it is ready or gone, not before`() throws {
        let id = try #require(StackID("stack-0000000000000001"))
        let times = ReadyTimes()
        let state = WatchedState(
            settings: KubernetesCluster.Settings(namespace: "stacks", reserve: .standard),
            ports: Ports(pool: PortPool(range: 30000...30010)),
            reconcileQueue: ReconcileQueue(),
            readyTimes: times
        )
        let (waiting, ready) = (try Self.pod(isReady: false), try Self.pod(isReady: true))
        times.began(id, at: .now)
        state.podChanged(.added(waiting))
        state.podChanged(.added(try Self.pod(isReady: true, labels: false)))
        #expect(times.count == 1)
        state.podChanged(.updated(old: waiting, new: ready))
        #expect(times.count == 0)
        times.began(id, at: .now)
        state.podChanged(.removed(waiting))
        #expect(times.count == 0)
    }
}
