/// Deletes until the Pod is gone and the port is free.
struct DeleteRows: Sendable {
    var store: String
    var api: API
    var cluster: BareCluster

    func measure(_ table: inout Table) async throws {
        for (width, count) in [(1, 16), (16, 64)] {
            let numbers = Array(300_000..<300_000 + count)
            let names = numbers.map { "floor-\(store)-\($0)" }
            _ = try await concurrently(16, names) { try await cluster.create($0) }
            let ids = try await concurrently(16, numbers) { try await api.create($0 * 5) }.map(\.value)
            let floors = try await concurrently(width, names) { try await cluster.delete($0) }.map(\.time)
            let deletes = try await concurrently(width, ids) { try await api.delete($0) }.map(\.time)
            try table.add(
                Row(
                    "\(store): delete, \(width) at once; floor: bare deletes, Pod seen gone",
                    Samples(deletes),
                    floor: Samples(floors),
                    target: "≤ 1.25"
                )
            )
        }
        let ids = try await concurrently(16, Array(400_000..<400_048)) { try await api.create($0 * 5) }.map(\.value)
        let deletes = try await concurrently(1, ids) { try await api.delete($0, prefer: "respond-async") }.map(\.time)
        try table.add(Row("\(store): delete with Prefer: respond-async", Samples(deletes), target: "≤ 10 ms"))
    }
}
