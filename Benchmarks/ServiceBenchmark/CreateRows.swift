/// Creates, in turn with the floor so that both meet the same load of the machine.
struct CreateRows: Sendable {
    var store: String
    var api: API
    var cluster: BareCluster
    /// The floor of a create.
    var bare: @Sendable (_ name: String) async throws -> Void

    private var floorName: String {
        store == "sqlite" ? "Pod, Service, scheduled" : "the same, TransactWriteItems, UpdateItem"
    }

    func oneAtATime(_ table: inout Table) async throws {
        let (creates, floors) = try await pairs(100, from: 100_000)
        try table.add(
            Row("\(store): create to 201; floor: \(floorName)", creates, floor: floors, target: store == "sqlite" ? "≤ 1.20" : "≤ 1.30")
        )
        try table.add(Row("… 99 %", creates, floor: floors, percent: 99, target: "≤ 1.5"))
    }

    /// Creates one at a time, in turn with the floor, and removes all of it.
    func pairs(_ count: Int, from first: Int) async throws -> (creates: Samples, floors: Samples) {
        var (creates, floors): ([Duration], [Duration]) = ([], [])
        var (ids, names): ([String], [String]) = ([], [])
        for number in first..<first + count {
            let name = "floor-\(store)-\(number)"
            floors.append(try await ContinuousClock().measure { try await bare(name) })
            names.append(name)
            creates.append(try await ContinuousClock().measure { ids.append(try await api.create(number * 5)) })
        }
        try await remove(ids, names)
        return (Samples(creates), Samples(floors))
    }

    /// 32 at once, in turn with as many of the floor.
    func several(_ table: inout Table) async throws {
        var (creates, floors): ([Double], [Double]) = ([], [])
        for round in 0..<5 {
            let numbers = Array(200_000 + round * 64..<200_064 + round * 64)
            let names = numbers.map { "floor-\(store)-\($0)" }
            floors.append(try await rate(names) { try await bare($0) })
            let began = ContinuousClock.now
            let made = try await concurrently(32, numbers) { try await api.create($0 * 5) }
            creates.append(Double(numbers.count) / ((ContinuousClock.now - began) / .seconds(1)))
            try await remove(made.map(\.value), names)
        }
        try table.add(
            Row(
                "\(store): creates, 32 at once; floor: \(floorName)",
                unit: "/s",
                Samples(creates),
                floor: Samples(floors),
                target: store == "sqlite" ? "≥ 0.9" : "≥ 0.8"
            )
        )
    }

    private func rate(_ names: [String], _ body: @escaping @Sendable (String) async throws -> Void) async throws -> Double {
        let began = ContinuousClock.now
        _ = try await concurrently(32, names, body)
        return Double(names.count) / ((ContinuousClock.now - began) / .seconds(1))
    }

    private func remove(_ ids: [String], _ names: [String]) async throws {
        try await cluster.delete(names)
        _ = try await concurrently(32, ids) { try await api.delete($0) }
    }
}
