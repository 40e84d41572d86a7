import Foundation
import GRDB
import KubernetesClient

/// What 2,700 stacks cost: while they come, while they live, across a restart, and once they are gone.
struct FullService: Sendable {
    private static let stacks = 2700
    private static let foreignPods = 10_000
    private let settings: [String: String]
    private let folder: String
    private let service: RunningService
    private let cluster: BareCluster
    private let creates: CreateRows

    init(_ settings: [String: String], folder: String, service: RunningService, cluster: BareCluster, creates: CreateRows) {
        self.settings = settings
        self.folder = folder
        self.service = service
        self.cluster = cluster
        self.creates = creates
    }

    func measure(_ table: inout Table) async throws {
        let api = service.api
        var ids: [String] = []
        for count in [0, 1000, Self.stacks] {
            ids += try await concurrently(32, Array(ids.count..<count)) { try await api.create($0) }.map(\.value)
            let (times, floors) = try await creates.pairs(30, from: 600_000 + count)
            try table.add(Row("create beside \(count) stacks", times, floor: floors, target: "as beside none"))
        }
        guard let id = ids.first else { throw Failure("no stack was created") }
        try table.add(Row("memory with \(Self.stacks) stacks", try await service.memoryInTheLongRun(), target: "≤ 75"))
        try await measurePasses(&table)
        try await ListRows.full(api, id, &table)
        try await EventRows.measure(api, id, &table)
        try await service.stop()
        let restarted = try await measureStart(&table)
        try await cluster.deleteForeignPods(Self.foreignPods)
        let deletes = try await concurrently(32, ids) { try await restarted.api.delete($0) }.map(\.time)
        try table.add(Row("deletes of \(Self.stacks) stacks, 32 at once", Samples(deletes), target: ""))
        try table.add(Row("memory after their removal", try await restarted.memoryInTheLongRun(), target: "≤ 50"))
        try await restarted.stop()
    }

    /// The passes that the service logs from now on, beside a read of all records from the file after each: what runs once in an interval
    /// finds nothing of its memory in the processor's caches.
    private func measurePasses(_ table: inout Table) async throws {
        var configuration = Configuration()
        configuration.readonly = true
        let file = try DatabaseQueue(path: settings["STACK_SQLITE_PATH"] ?? "", configuration: configuration)
        let known = try service.lines("pass").count
        var passes: [[String: String]] = []
        var reads: [Duration] = []
        while passes.count < 5 {
            try await Task.sleep(for: .seconds(1))
            passes = Array(try service.lines("pass").dropFirst(known))
            guard reads.count < passes.count else { continue }
            reads.append(
                try await ContinuousClock().measure {
                    _ = try await file.read { try GRDB.Row.fetchAll($0, sql: "SELECT * FROM stacks").count }
                }
            )
        }
        try file.close()
        try table.add(
            Row(
                "pass over \(Self.stacks) stacks; floor: a read of all rows of the file",
                Samples(passes.map { Double($0["duration_ms"] ?? "") ?? 0 }),
                floor: Samples(reads),
                target: "≤ 1.5"
            )
        )
    }

    private func measureStart(_ table: inout Table) async throws -> RunningService {
        try await cluster.createForeignPods(Self.foreignPods)
        let floor = try await samples(3) {
            async let pods = cluster.client.list(Pod.self)
            async let services = cluster.client.list(Service.self)
            async let nodes = cluster.client.list(Node.self)
            _ = try await (pods.items.count, services.items.count, nodes.items.count)
        }
        let restarted = try await RunningService.start(settings, log: folder + "/restarted.log")
        try table.add(
            Row(
                "start to ready beside \(Self.foreignPods) foreign Pods; floor: bare lists",
                Samples([restarted.timeToReady]),
                floor: floor,
                target: "≤ 1.5"
            )
        )
        return restarted
    }
}
