/// On a node whose kubelet runs containers.
struct RealNodeRows: Sendable {
    private static let resources = "resources: {limits: {cpu: 50m, memory: 32Mi, ephemeral-storage: 1Mi}}"
    private static let spec = API.spec(resources)
    /// Its process ignores SIGTERM, so that the kubelet kills it after the grace period.
    private static let stubborn = API.spec(
        "command: [sh, -c, 'trap : TERM; while :; do sleep 1; done'], \(resources)",
        pod: "terminationGracePeriodSeconds: 5, "
    )
    var api: API
    var cluster: BareCluster

    func measure(_ table: inout Table) async throws {
        try await readiness(&table)
        for (width, count) in [(1, 8), (16, 48)] { try await deletes(width, count, &table) }
    }

    /// The floor is the kubelet's own time, so a create may add what it takes until a node is chosen.
    private func readiness(_ table: inout Table) async throws {
        var (creates, floors): ([Duration], [Duration]) = ([], [])
        for number in 0..<20 {
            let name = "floor-ready-\(number)"
            try await cluster.create(name, spec: Self.spec)
            floors.append(try await ContinuousClock().measure { try await cluster.waitUntilReady(name) })
            let began = ContinuousClock.now
            let id = try await api.create(700_000 + number * 5, spec: Self.spec, prefer: "wait=60")
            creates.append(ContinuousClock.now - began)
            try await cluster.delete(name)
            try await api.delete(id)
        }
        try table.add(
            Row(
                "real node: create to ready; floor: the kubelet from scheduled to ready",
                Samples(creates),
                floor: Samples(floors),
                target: "≤ 1.1"
            )
        )
    }

    private func deletes(_ width: Int, _ count: Int, _ table: inout Table) async throws {
        var (deletes, floors): ([Duration], [Duration]) = ([], [])
        for first in stride(from: 0, to: count, by: width) {
            let numbers = Array(first..<first + width)
            let names = numbers.map { "floor-\(width)-\($0)" }
            _ = try await concurrently(width, names) { name in
                try await cluster.create(name, spec: Self.stubborn)
                try await cluster.waitUntilReady(name)
            }
            floors += try await concurrently(width, names) { try await cluster.delete($0) }.map(\.time)
            let ids = try await concurrently(width, numbers) { number in
                try await api.create(800_000 + number * 5, spec: Self.stubborn, prefer: "wait=60")
            }.map(\.value)
            deletes += try await concurrently(width, ids) { try await api.delete($0) }.map(\.time)
        }
        try table.add(
            Row(
                "real node: delete, \(width) at once, SIGTERM ignored for 5 s; floor: bare deletes, Pod seen gone",
                Samples(deletes),
                floor: Samples(floors),
                target: "≤ 1.25"
            )
        )
    }
}
