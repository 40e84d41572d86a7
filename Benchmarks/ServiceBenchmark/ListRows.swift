import Foundation
import NIOCore

/// Lists and other reads.
enum ListRows {
    /// What it creates stays.
    static func dynamoDB(_ api: API, _ dynamoDB: BareDynamoDB, _ table: inout Table) async throws {
        var made = 0
        for (count, repetitions) in [(20, 30), (80, 30), (2700, 5)] {
            made += try await concurrently(32, Array(500_000 + made..<500_000 + count)) { try await api.create($0 * 5) }.count
            // As long as the item of such a stack: its Pod spec, and 600 bytes for all else.
            try await dynamoDB.fill("BENCH#LIST\(count)", rows: count, bytes: 1900)
            var (lists, floors): ([Duration], [Duration]) = ([], [])
            for _ in 0..<repetitions {
                floors.append(try await ContinuousClock().measure { _ = try await dynamoDB.query("BENCH#LIST\(count)") })
                lists.append(try await ContinuousClock().measure { try await api.send("GET", "/stacks") })
            }
            try table.add(
                Row("dynamodb: GET /stacks, \(count) stacks; floor: one Query", Samples(lists), floor: Samples(floors), target: "≤ 1.3")
            )
        }
    }

    /// With all stacks of an event.
    static func full(_ api: API, _ id: String, _ table: inout Table) async throws {
        let bare = try await BareServer.start()
        let floor = API(base: "http://127.0.0.1:\(bare.port)")
        let bytes = try await api.send("GET", "/stacks")
        bare.serve("/stacks", ByteBuffer(bytes: bytes))
        var (lists, floors): ([Duration], [Duration]) = ([], [])
        for _ in 0..<30 {
            floors.append(try await ContinuousClock().measure { try await floor.send("GET", "/stacks") })
            lists.append(try await ContinuousClock().measure { try await api.send("GET", "/stacks") })
        }
        try table.add(
            Row("GET /stacks, \(bytes.count) bytes; floor: the same bytes", Samples(lists), floor: Samples(floors), target: "≤ 3, ≤ 60 ms")
        )
        var first: [Duration] = []
        for _ in 0..<30 { first.append(try await api.firstByte("/stacks")) }
        try table.add(Row("… its first byte", Samples(first), target: "≤ 10 ms"))
        for (path, target) in [("/stats", "≤ 5 ms"), ("/stacks?limit=100", ""), ("/users/1/stacks", "")] {
            try table.add(Row("GET \(path)", try await samples(30) { try await api.send("GET", path) }, target: target))
        }
        let status = "/stacks/\(id)/status"
        let (rates, floorRates) = try await ConstantRoute.serve(ByteBuffer(bytes: try await api.send("GET", status))) { constant in
            var (rates, floorRates): ([Double], [Double]) = ([], [])
            for _ in 0..<3 {
                floorRates.append(try requestsPerSecond(constant))
                rates.append(try requestsPerSecond(api.base + status))
            }
            return (rates, floorRates)
        }
        try table.add(
            Row(
                "statuses, wrk with 32 connections; floor: the same bytes from a route of Hummingbird",
                unit: "/s",
                Samples(rates),
                floor: Samples(floorRates),
                target: "≥ 0.7"
            )
        )
        try await bare.stop()
    }

    private static func requestsPerSecond(_ url: String) throws -> Double {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/wrk")
        process.arguments = ["-t1", "-c32", "-d5s", url]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Requests/sec:") }),
            let rate = line.split(separator: " ").last.flatMap({ Double($0) })
        else { throw Failure("wrk printed no rate: \(text)") }
        if let errors = text.split(separator: "\n").first(where: { $0.contains("Non-2xx") }) { throw Failure("wrk: \(errors)") }
        return rate
    }
}
