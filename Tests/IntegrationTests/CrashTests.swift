import KubernetesClient
import NIOHTTP1
import Stacks
import Subprocess
import TestBasics
import Testing

/// The process is killed before and after every effect that a request has outside of it; after a restart nothing is left that should not be.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct CrashInRequestTests {
    @Test(arguments: Failpoint.ofCreate, TestStore.available)
    func `a crash in a create`(point: Failpoint, store: TestStore) async throws {
        try await crash(at: point, store) { service in
            await #expect(throws: (any Error).self) { _ = try await service.api.create(user: 1, problem: 1) }
        }
    }

    @Test(arguments: Failpoint.ofDelete, TestStore.available)
    func `a crash in a delete`(point: Failpoint, store: TestStore) async throws {
        try await crash(at: point, store) { service in
            let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
            await #expect(throws: (any Error).self) { _ = try await service.api.delete(id) }
        }
    }

    @Test(arguments: Failpoint.ofRenewal, TestStore.available)
    func `a crash in a renewal leaves the stack with its old end or with the new one`(point: Failpoint, store: TestStore) async throws {
        let end = Observed("")
        try await crash(at: point, store) { service in
            let created = try await service.api.create(user: 1, problem: 1)
            end.update { $0 = created.body["ttl_expires_at"]?.string ?? "" }
            let path = "/stacks/\(try #require(created.body["stack_id"]?.string))/renew"
            await #expect(throws: (any Error).self) { _ = try await service.api.send(.POST, path) }
        } after: { service in
            let stack = try #require(try await service.api.get("/stacks").body["stacks"]?.array.first)
            let found = try #require(stack["ttl_expires_at"]?.string)
            #expect(point.moment == .before ? found == end.value : found > end.value)
            // The caller, who has had no answer, repeats it.
            let repeated = try await service.api.send(.POST, "/stacks/\(stack["stack_id"]?.string ?? "")/renew")
            #expect(repeated.status == 200, "\(repeated.text)")
            #expect(repeated.body["ttl_expires_at"]?.string ?? "" >= found)
        }
    }
}

/// The same once the caller has its answer, while the process goes on with the work.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct CrashAfterAnswerTests {
    @Test(arguments: Failpoint.ofCreate, TestStore.available)
    func `a crash after the answer to an asynchronous create`(point: Failpoint, store: TestStore) async throws {
        try await crash(at: point, store) { service in
            do {
                _ = try await service.api.create(user: 1, problem: 1, headers: ["Prefer": "respond-async"])
            } catch {
                // The process died before it could answer.
            }
        }
    }

    @Test(arguments: Failpoint.ofDelete, TestStore.available)
    func `a crash in a bulk delete`(point: Failpoint, store: TestStore) async throws {
        try await crash(at: point, store) { service in
            #expect(try await service.api.create(user: 1, problem: 1).status == 201)
            do {
                let answer = try await service.api.send(.DELETE, "/stacks?user_id=1")
                #expect(answer.status == 202 && answer.body["marked"]?.int == 1, "\(answer.text)")
            } catch {
                // The process died before it could answer.
            }
            // What is marked the reconciler removes, until it dies.
            try await service.log.waitUntilClosed()
        }
    }
}

extension Failpoint {
    /// Those that a create comes by; a changed port needs a taken one.
    fileprivate static let ofCreate = all.filter { [.reserve, .createPod, .createService, .activate].contains($0.effect) }
    fileprivate static let ofRenewal = all.filter { $0.effect == .renew }
    fileprivate static let ofDelete = all.filter { [.beginDelete, .deleteService, .deletePod, .remove].contains($0.effect) }
}

/// - Parameter after: looks at what is left once the restarted service has settled it.
private func crash(
    at point: Failpoint,
    _ store: TestStore,
    _ request: @Sendable (ServiceProcess) async throws -> Void,
    after: @Sendable (ServiceProcess) async throws -> Void = { _ in }
) async throws {
    try await withServiceEnvironment(recoverySettings, store: store) { environment, namespace, client in
        let crashed = try await ServiceProcess.run(environment.merging(["PROVISIONER_FAILPOINT": "\(point)"]) { $1 }) {
            try await request($0)
        }
        #expect(crashed.status == .signaled(9), "\(point) was not reached:\n\(crashed.log.text)")
        // As an operator would after a power cut: the dead process holds its Lease for its time.
        try await client.releaseLease(in: namespace)

        let restarted = try await ServiceProcess.run(environment) { service in
            // A create that had come to its end, a delete that had not begun, and any renewal leave a whole stack; everything else none.
            let isWhole = point == Failpoint(.after, .activate) || point == Failpoint(.before, .beginDelete) || point.effect == .renew
            let left = try await waitUntilStable(service, namespace, client)
            #expect(left == (isWhole ? 1 : 0))
            try await expectStoreMatchesCluster(service, namespace, client)
            try await after(service)
            let next = try await service.api.create(user: 1, problem: 2)
            #expect(next.status == 201, "\(next.text)")
        }
        #expect(restarted.status == .exited(0), "\(restarted.log.text)")
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
