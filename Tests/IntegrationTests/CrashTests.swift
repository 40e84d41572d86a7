import KubernetesClient
import Stacks
import Subprocess
import Testing

/// The process is killed before and after every effect that a create or a delete has outside of it; after a restart nothing is left
/// that should not be.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed))
struct CrashTests {
    /// Those that a create comes by; a changed port needs a taken one.
    private static let ofCreate = Failpoint.all.filter { [.reserve, .createPod, .createService, .activate].contains($0.effect) }
    private static let ofDelete = Failpoint.all.filter { [.beginDelete, .deleteService, .deletePod, .remove].contains($0.effect) }

    @Test(arguments: ofCreate)
    func `a crash in a create`(point: Failpoint) async throws {
        try await crash(at: point) { service in
            await #expect(throws: (any Error).self) { _ = try await service.api.create(user: 1, problem: 1) }
        }
    }

    @Test(arguments: ofDelete)
    func `a crash in a delete`(point: Failpoint) async throws {
        try await crash(at: point) { service in
            let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
            await #expect(throws: (any Error).self) { _ = try await service.api.delete(id) }
        }
    }

    private func crash(at point: Failpoint, _ request: @Sendable (ServiceProcess) async throws -> Void) async throws {
        try await TestCluster.withNamespace { namespace, client in
            try await withTemporaryFolder { folder in
                var environment = [
                    "STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": folder + "/stacks.sqlite", "STACK_SCHEDULER_INTERVAL": "1s",
                    "LOG_LEVEL": "debug",
                ]
                let crashed = try await ServiceProcess.run(environment.merging(["PROVISIONER_FAILPOINT": "\(point)"]) { $1 }) {
                    try await request($0)
                }
                #expect(crashed.status == .signaled(9), "\(point) was not reached:\n\(crashed.log.text)")

                environment["PROVISIONER_FAILPOINT"] = nil
                let restarted = try await ServiceProcess.run(environment) { service in
                    // A create that had come to its end, and a delete that had not begun, leave a whole stack; everything else none.
                    let isWhole = [Failpoint(.after, .activate), Failpoint(.before, .beginDelete)].contains(point)
                    let left = try await settledStacks(service, namespace, client)
                    #expect(left == (isWhole ? 1 : 0))
                    try await expectBalancedBooks(service, namespace, client)
                    let next = try await service.api.create(user: 1, problem: 1)
                    #expect(next.status == (left == 1 ? 409 : 201), "\(next.text)")
                }
                #expect(restarted.status == .exited(0), "\(restarted.log.text)")
            }
        }
    }

    /// How many stacks are left once nothing is on its way out any more.
    private func settledStacks(_ service: ServiceProcess, _ namespace: String, _ client: KubernetesClient) async throws -> Int {
        for _ in 0..<200 {
            let stats = try await service.api.get("/stats").body
            let pods = try await client.list(Pod.self, namespace: namespace).items.count
            let services = try await client.list(Service.self, namespace: namespace).items.count
            if let total = stats["total_stacks"]?.int, total == stats["used_node_ports"]?.int, pods == total, services == total {
                return total
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the books do not settle:\n\(service.log.text)")
        return -1
    }
}
