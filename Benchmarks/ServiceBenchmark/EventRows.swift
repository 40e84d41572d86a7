import Foundation
import NIOCore

/// One change, and how long until each of 500 clients of the stream has read it.
enum EventRows {
    private static let consumers = 500
    private static let rounds = 20

    static func measure(_ api: API, _ id: String, _ table: inout Table) async throws {
        let bare = try await BareServer.start()
        let body = try await api.send("GET", "/stacks/\(id)")
        let event = ByteBuffer(string: "event: stack\nid: 1\ndata: \(String(decoding: body, as: UTF8.self))\n\n")
        let floors = try await time(API(base: "http://127.0.0.1:\(bare.port)"), "/events") { bare.broadcast(event) }
        let times = try await time(api, "/stacks/events?user_id=1") { try await api.send("POST", "/stacks/\(id)/renew", body: "{}") }
        try table.add(
            Row(
                "a renewal until \(consumers) clients of /stacks/events have it; floor: one write to each",
                times,
                floor: floors,
                target: "≤ 2"
            )
        )
        try await bare.stop()
    }

    private static func time(_ api: API, _ path: String, _ change: () async throws -> Void) async throws -> Samples {
        let arrivals = Arrivals()
        var times: [Duration] = []
        try await withThrowingTaskGroup { group in
            for _ in 0..<consumers {
                group.addTask {
                    try await api.follow(path) { chunk in
                        // The head of the response comes as an empty chunk.
                        if chunk.isEmpty || chunk.contains("event: stack\n") { await arrivals.add() }
                    }
                }
            }
            await arrivals.wait(for: consumers)
            // The snapshots of the last clients may still be under way.
            try await Task.sleep(for: .seconds(2))
            for _ in 0..<rounds {
                let before = await arrivals.count
                times.append(
                    try await ContinuousClock().measure {
                        try await change()
                        await arrivals.wait(for: before + consumers)
                    }
                )
            }
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        return Samples(times)
    }
}

/// Counts, and wakes who waits for a number.
private actor Arrivals {
    private(set) var count = 0
    private var waiter: (number: Int, continuation: CheckedContinuation<Void, Never>)?

    func add() {
        count += 1
        guard let waiter, count >= waiter.number else { return }
        self.waiter = nil
        waiter.continuation.resume()
    }

    func wait(for number: Int) async {
        guard count < number else { return }
        await withCheckedContinuation { waiter = (number, $0) }
    }
}
