import Foundation
import KubernetesClient
import Subprocess
import TestBasics
import Testing

/// Somebody sets the clock of the machine while the service runs.
@Suite(
    .enabled(if: TestCluster.isUp && TestCluster.wallClockShim != nil, "needs a cluster and TEST_WALL_CLOCK_SHIM"),
    .serialized,
    .timeLimit(.minutes(5))
)
struct ClockJumpTests {
    @Test func `a clock that is set back or forth within the life of a stack harms nothing, and beyond it ends the stack`() async throws {
        // Without TLS between: certificates made a moment ago are not valid in the past.
        try await FaultProxy.beforeAPIServer(share: 0) { _, kubeconfig in
            try await withTemporaryFolder { folder in
                let clock = try WallClock(file: folder + "/offset")
                let settings = [
                    "LD_PRELOAD": try #require(TestCluster.wallClockShim), "WALL_CLOCK_OFFSET": clock.file, "STACK_TTL": "2h",
                    "STACK_SCHEDULER_INTERVAL": "500ms",
                ]
                try await withServiceEnvironment(settings) { environment, namespace, client in
                    let run = try await ServiceProcess.run(environment.merging(["KUBECONFIG": kubeconfig]) { $1 }) { service in
                        let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
                        for (jump, hours) in [-1, 1].enumerated() {
                            try clock.set(hours: hours)
                            try await service.waitForPass(hours: hours)
                            #expect(try await service.api.get("/stacks/\(id)").status == 200)
                            // What is asked for is done, and what breaks is repaired.
                            let created = try await service.api.create(user: 2, problem: Int64(jump + 1))
                            let broken = try #require(created.body["stack_id"]?.string, "\(created.text)")
                            try await client.delete(Service.self, name: "svc-" + broken, namespace: namespace)
                            _ = try await service.log.first("stack removed") { $0["stack_id"] == broken }
                            try await waitUntilStable(service, namespace, client)
                            try await expectStoreMatchesCluster(service, namespace, client)
                        }
                        try clock.set(hours: 3)
                        let line = try await service.log.first("stack removed") { $0["stack_id"] == id }
                        #expect(line["cause"] == "expired")
                        try clock.set(hours: 0)
                        #expect(try await service.api.create(user: 1, problem: 1).status == 201)
                        try await waitUntilStable(service, namespace, client)
                        try await expectStoreMatchesCluster(service, namespace, client)
                    }
                    #expect(run.status == .exited(0), "\(run.log.text.suffix(5000))")
                }
            }
        }
    }
}

/// What WallClockShim reads.
private struct WallClock: Sendable {
    let file: String

    init(file: String) throws {
        self.file = file
        try Data(count: 8).write(to: URL(filePath: file))
    }

    func set(hours: Int) throws {
        // In its place: the service has mapped this very file.
        let handle = try FileHandle(forWritingTo: URL(filePath: file))
        try handle.write(contentsOf: withUnsafeBytes(of: Int64(hours * 3600)) { Data($0) })
        try handle.close()
    }
}

extension ServiceProcess {
    /// Returns once the service has made a pass by a clock that is so many hours off.
    fileprivate func waitForPass(hours: Int) async throws {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let (earliest, latest) = (hours * 3600 - 600, hours * 3600 + 600)
        let times = [earliest, latest].map { Date(timeIntervalSinceNow: Double($0)).formatted(style) }
        _ = try await log.first("pass") { line in line["time"].map { times[0] < $0 && $0 < times[1] } ?? false }
    }
}
