import Foundation

/// As many stacks as an event has: what creating, listing, reconciling and deleting them costs.
struct FullEvent: Sendable {
    private static let stacks = 2700
    private static let stacksPerUser = 5
    private static let concurrency = 32
    private let api: API
    private let pid: String
    private let log: String

    init(service: String, pid: String, _ environment: [String: String]) {
        api = API(base: service)
        self.pid = pid
        log = environment["SERVICE_LOG"] ?? ""
    }

    func run() async throws {
        print("resident memory of the service at first: \(try residentMemory(pid)) KiB")
        let ids = try await timed("creates", each: Array(0..<Self.stacks)) { number in
            try await api.create(user: number / Self.stacksPerUser + 1, problem: number % Self.stacksPerUser + 1)
        }
        print("resident memory of the service with \(ids.count) stacks: \(try residentMemory(pid)) KiB")
        for path in ["/stacks", "/stats", "/users/1/stacks", "/stacks/\(ids[0])"] {
            var times: [Duration] = []
            var size = 0
            for _ in 0..<10 { times.append(try await ContinuousClock().measure { size = try await api.send("GET", path).count }) }
            report("GET \(path), \(size) bytes", times)
        }
        try await reportPasses()
        _ = try await timed("deletes", each: ids) { id in
            try await api.send("DELETE", "/stacks/\(id)")
            return id
        }
        print("resident memory of the service after their deletion: \(try residentMemory(pid)) KiB")
    }

    /// Carries out one request for each, so many at a time, and says now and then how far it is.
    private func timed<Item: Sendable>(_ what: String, each items: [Item], _ request: @escaping @Sendable (Item) async throws -> String)
        async throws -> [String]
    {
        let started = ContinuousClock.now
        let ends = try await withThrowingTaskGroup(of: (String, Duration).self) { group in
            var ends: [(id: String, time: Duration)] = []
            var remaining = items.makeIterator()
            func add() {
                guard let item = remaining.next() else { return }
                group.addTask {
                    let began = ContinuousClock.now
                    return (try await request(item), ContinuousClock.now - began)
                }
            }
            for _ in 0..<Self.concurrency { add() }
            for try await end in group {
                ends.append(end)
                if ends.count.isMultiple(of: 300) { FileHandle.standardError.write(Data("  \(ends.count) \(what)\n".utf8)) }
                add()
            }
            return ends
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        print(
            "\(items.count) \(what), \(Self.concurrency) at once: \(hundredths(seconds)) s, \(hundredths(Double(items.count) / seconds)) a second"
        )
        report("each of them", ends.map(\.time))
        return ends.map(\.id)
    }

    /// The passes that the service logs from now on.
    private func reportPasses() async throws {
        func passes() throws -> [[String: String]] {
            try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap { line in
                guard line.contains(#""message":"pass""#) else { return nil }
                return try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            }
        }
        let known = try passes().count
        FileHandle.standardError.write(Data("  waiting for passes\n".utf8))
        var new: [[String: String]] = []
        while new.count < 5 {
            try await Task.sleep(for: .seconds(1))
            new = Array(try passes().dropFirst(known))
        }
        let times = new.map { Duration.milliseconds(Int($0["duration_ms"] ?? "") ?? 0) }
        report("a pass over \(new.last?["records"] ?? "?") records", times)
    }
}
