import Foundation

/// An event that lasts: so many stacks, and each second some are created and the oldest deleted. Prints the service's memory and what it does
/// a second every five minutes, and at the end how long creates and deletes took.
struct SimulatedEvent: Sendable {
    private static let concurrency = 32
    /// The seconds from one act of a lane to its next: long enough that a slow answer delays no other act.
    private static let pause = 30
    private let service: RunningService
    private let minutes: Int
    private let stacks: Int
    private let perSecond: Int
    private var api: API { service.api }
    private var seconds: Int { minutes * 60 }

    init(_ settings: [String: String], folder: String) async throws {
        let number = { (name: String, range: ClosedRange<Int>) in
            guard let number = settings[name].flatMap({ Int($0) }), range.contains(number) else {
                throw Failure("\(name): \(settings[name] ?? "is missing"); must be \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        minutes = try number("EVENT_MINUTES", 1...1440)
        stacks = try number("EVENT_STACKS", 1000...2700)
        perSecond = try number("EVENT_PER_SECOND", 1...20)
        service = try await RunningService.start(settings, log: folder + "/event.log")
    }

    func run() async throws {
        say("memory at first: \(try service.memory)")
        let ids = try await concurrently(Self.concurrency, Array(0..<stacks)) { try await api.create($0) }.map(\.value)
        say("memory with \(ids.count) stacks: \(try service.memory)")
        let first = try await counters()
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: Times.self) { group in
            let lanes = Self.pause * perSecond
            for lane in 0..<lanes {
                let own = stride(from: lane, to: ids.count, by: lanes).map { ids[$0] }
                group.addTask { try await act(every: lanes, from: lane, on: own, start) }
            }
            group.addTask { try await printProgress(from: first, start) }
            return try await group.reduce(into: Times()) { $0.add($1) }
        }
        for (what, samples) in [("POST /stacks to 201", Samples(times.creates)), ("DELETE to 200", Samples(times.deletes))] {
            let figures = [50, 90, 99, 100].map { "\($0) %: \(hundredths(samples.percentile($0)))" }.joined(separator: ", ")
            say("\(what), ms: \(figures) (\(samples.count) times)")
        }
        say("the whole time: \(try await counters().rates(since: first, seconds: seconds))")
        try await printCounters()
        _ = try await concurrently(Self.concurrency, times.left) { try await api.delete($0) }
        say("memory after the removal of all \(times.left.count): \(try await service.memoryInTheLongRun())")
        try await service.stop()
    }

    private struct Times: Sendable {
        var creates: [Duration] = []
        var deletes: [Duration] = []
        /// The stacks that nobody deleted.
        var left: [String] = []

        mutating func add(_ other: Times) {
            creates += other.creates
            deletes += other.deletes
            left += other.left
        }
    }

    private func act(every step: Int, from lane: Int, on ids: [String], _ start: ContinuousClock.Instant) async throws -> Times {
        var (ids, times) = (ids, Times())
        for (turn, number) in stride(from: lane, to: seconds * perSecond, by: step).enumerated() {
            try await ContinuousClock().sleep(until: start + .seconds(Double(number) / Double(perSecond)))
            let began = ContinuousClock.now
            ids.append(try await api.create(stacks + number))
            let created = ContinuousClock.now
            try await api.delete(ids[turn])
            times.creates.append(created - began)
            times.deletes.append(ContinuousClock.now - created)
        }
        times.left = Array(ids.dropFirst(times.deletes.count))
        return times
    }

    private func printProgress(from first: Counters, _ start: ContinuousClock.Instant) async throws -> Times {
        var last = first
        for second in stride(from: 300, through: seconds, by: 300) {
            try await ContinuousClock().sleep(until: start + .seconds(second))
            let now = try await counters()
            say("after \(second / 60) min: memory \(try service.memory), \(now.rates(since: last, seconds: 300))")
            last = now
        }
        return Times()
    }

    private func counters() async throws -> Counters { Counters(String(decoding: try await api.send("GET", "/metrics"), as: UTF8.self)) }

    private func printCounters() async throws {
        let text = String(decoding: try await api.send("GET", "/metrics"), as: UTF8.self)
        let names = ["kubernetes_client_requests_total", "provisioner_store_operations_total", "kubernetes_client_lists_total"]
        for line in text.split(separator: "\n") where names.contains(where: line.hasPrefix) && !line.hasSuffix(" 0") { say(String(line)) }
    }
}

/// What of a service's metrics tells how much it works.
private struct Counters {
    private static let names = [
        "process_cpu_seconds_total", "kubernetes_client_requests_total", "provisioner_store_operations_total", "http_requests_total",
    ]
    private var sums: [String: Double] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let name = String(line.prefix { $0 != "{" && $0 != " " })
            guard Self.names.contains(name), let value = line.split(separator: " ").last.flatMap({ Double($0) }) else { continue }
            sums[name, default: 0] += value
        }
    }

    /// The growth of each counter a second.
    func rates(since earlier: Counters, seconds: Int) -> String {
        Self.names.map { "\($0) \(hundredths(((sums[$0] ?? 0) - (earlier.sums[$0] ?? 0)) / Double(seconds)))/s" }.joined(separator: ", ")
    }
}
