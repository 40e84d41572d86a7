import KubernetesClient
import Stacks
import Subprocess
import Testing

/// The process is killed before and after every effect that a create or a delete has outside of it; after a restart nothing is left
/// that should not be.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct CrashTests {
    /// Those that a create comes by; a changed port needs a taken one.
    private static let ofCreate = Failpoint.all.filter { [.reserve, .createPod, .createService, .activate].contains($0.effect) }
    private static let ofDelete = Failpoint.all.filter { [.beginDelete, .deleteService, .deletePod, .remove].contains($0.effect) }

    @Test(arguments: ofCreate, TestStore.available)
    func `a crash in a create`(point: Failpoint, store: TestStore) async throws {
        try await crash(at: point, store) { service in
            await #expect(throws: (any Error).self) { _ = try await service.api.create(user: 1, problem: 1) }
        }
    }

    @Test(arguments: ofDelete, TestStore.available)
    func `a crash in a delete`(point: Failpoint, store: TestStore) async throws {
        try await crash(at: point, store) { service in
            let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
            await #expect(throws: (any Error).self) { _ = try await service.api.delete(id) }
        }
    }

    private func crash(
        at point: Failpoint,
        _ store: TestStore,
        _ request: @Sendable (ServiceProcess) async throws -> Void
    ) async throws {
        try await withServiceEnvironment(recoverySettings, store: store) { environment, namespace, client in
            let crashed = try await ServiceProcess.run(environment.merging(["PROVISIONER_FAILPOINT": "\(point)"]) { $1 }) {
                try await request($0)
            }
            #expect(crashed.status == .signaled(9), "\(point) was not reached:\n\(crashed.log.text)")
            // As an operator would after a power cut: the dead process holds its Lease for its time.
            try await client.releaseLease(in: namespace)

            let restarted = try await ServiceProcess.run(environment) { service in
                // A create that had come to its end, and a delete that had not begun, leave a whole stack; everything else none.
                let isWhole = [Failpoint(.after, .activate), Failpoint(.before, .beginDelete)].contains(point)
                let left = try await waitUntilStable(service, namespace, client)
                #expect(left == (isWhole ? 1 : 0))
                try await expectStoreMatchesCluster(service, namespace, client)
                let next = try await service.api.create(user: 1, problem: 2)
                #expect(next.status == 201, "\(next.text)")
            }
            #expect(restarted.status == .exited(0), "\(restarted.log.text)")
        }
    }
}

extension KubernetesClient {
    /// Ends the Lease of a process that is known to be dead, so that a test need not wait for it to run out.
    func releaseLease(in namespace: String) async throws {
        do {
            try await delete(Lease.self, name: "ctf-provisioner", namespace: namespace)
        } catch let error as KubernetesError where error.isNotFound { /* an exclusive store needs none */  }
    }
}
