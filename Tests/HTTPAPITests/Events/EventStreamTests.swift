import Foundation
import HTTPTypes
import NIOCore
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// `GET /stacks/events` on real connections.
@Suite(.timeLimit(.minutes(1))) struct EventStreamTests {
    private static let head = Wire.head("GET /stacks/events")

    private func listen(_ port: Int) async throws -> RawClient {
        let client = try await RawClient.connect(port)
        try await client.send(Self.head)
        try await client.received.wait { $0.events.first?.name == "snapshot" }
        return client
    }

    @Test func `the stream begins with a snapshot and goes on with each change, each with an id`() async throws {
        try await Wire.withServer { api, port in
            let first = try #require(try await api.create(user: 1).body["stack_id"]?.string)
            let client = try await listen(port)
            let head = try #require(client.received.value.text.components(separatedBy: "\r\n\r\n").first).lowercased()
            #expect(head.hasPrefix("http/1.1 200 ok\r\n"))
            for field in ["content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"] {
                #expect(head.contains("\r\n" + field), "\(head)")
            }
            #expect(client.received.value.body.hasPrefix("retry: 2000\n\n"))
            #expect(try #require(client.received.value.events.first).json == (try await api.get("/stacks")).body)

            let second = try #require(try await api.create(user: 2).body["stack_id"]?.string)
            let id = try #require(StackID(second))
            try await client.received.wait { $0.events.last?.json["node_id"] == "node-1" }
            api.service.cluster.observe(id) { $0.phase = .running }
            try await client.received.wait { $0.events.last?.json["status"] == "running" }
            #expect(client.received.value.events.last?.json == (try await api.get("/stacks/\(second)")).body)
            #expect(try await api.send(.delete, "/stacks/\(first)").status == 200)
            try await client.received.wait { $0.events.last?.name == "removed" }
            let events = client.received.value.events
            #expect(events.last?.json == ["stack_id": .string(first)])
            #expect(Set(events.dropFirst().dropLast().map(\.name)) == ["stack"])
            let ids = events.compactMap { UInt64($0.id) }
            #expect(ids.count == events.count && ids == ids.sorted() && Set(ids).count == ids.count)
            client.close()
        }
    }

    @Test func `a comment comes every fifteen seconds`() async throws {
        let time = TestTime()
        var options = APIBench.Options()
        options.now = { time.instant }
        options.sleep = { try await time.sleep(for: $0) }
        try await Wire.withServer(options) { _, port in
            let client = try await listen(port)
            for count in 1...3 {
                try await time.waitForSleeper(until: time.now + 15)
                time.advance(by: .seconds(15))
                try await client.received.wait { $0.comments == count }
            }
            client.close()
        }
    }

    @Test func `HEAD is answered with the headers alone`() async throws {
        try await withAPI { api async throws in
            let answer = try await api.send(.head, "/stacks/events")
            #expect(answer.status == 200 && answer.text.isEmpty)
            #expect(answer.header("Content-Type") == "text/event-stream")
            #expect(try await api.send(.delete, "/stacks/events").header("Allow") == "GET, HEAD")
        }
    }

    @Test func `a client that leaves is forgotten, and the last one ends the reading`() async throws {
        try await Wire.withServer { api, port in
            let (first, second) = (try await listen(port), try await listen(port))
            #expect(api.service.changes.hasAudience)
            first.close()
            second.close()
            while api.service.changes.hasAudience { await Task.yield() }
            // The next one is served a snapshot of what happened meanwhile.
            _ = try await api.create()
            let third = try await listen(port)
            #expect(third.received.value.events.first?.json["stacks"]?.array.count == 1)
            third.close()
        }
    }

    @Test func `one client too many is 503, and has its place once another has left`() async throws {
        var options = APIBench.Options()
        options.eventLimits.consumers = 1
        try await Wire.withServer(options) { api, port in
            let client = try await listen(port)
            let refused = try await RawConnection.exchange(port, Wire.head("GET /stacks/events", "Connection: close"))
            #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains(#""code":"too_many_listeners""#), "\(refused)")
            #expect(refused.lowercased().contains("\r\nretry-after: 10\r\n"))
            client.close()
            while api.service.changes.hasAudience { await Task.yield() }
            try await listen(port).close()
        }
    }

    @Test func `a store that is down is an error instead of a stream`() async throws {
        try await withAPI { api async throws in
            api.service.store.fail()
            let answer = try await api.get("/stacks/events")
            #expect(answer.status == 503 && answer.code == "store_unavailable")
            #expect(!api.service.changes.hasAudience)
        }
    }

    @Test func `a client that takes up nothing is cut, and delays no other`() async throws {
        var options = APIBench.Options()
        options.eventLimits.messages = 8
        options.eventLimits.bytes = 1 << 20
        try await Wire.withServer(options) { api, port in
            let id = try await api.service.service.create(.sample(), logger: silentLogger).stack.record.id
            let quick = try await listen(port)
            let slow = try await RawClient.connect(port, reads: false)
            try await slow.send(Self.head)
            var number = 0
            // No buffer between the two has room for as much.
            while await slow.sendAll("\r\n"), number < 100 {
                number += 1
                let message = "\(number)" + String(repeating: "x", count: 500_000) + "end\(number)"
                api.service.cluster.observe(id) {
                    $0.phase = .failed
                    $0.message = message
                }
                try await quick.received.wait { $0.text.contains("end\(number)") }
                quick.received.update { $0.text = "" }
            }
            #expect(number < 100)
            quick.close()
        }
    }
}

/// An event as a client reads it.
struct ReceivedEvent: Sendable {
    var id = ""
    var name = ""
    var data = ""

    var json: JSON {
        do { return try JSONDecoder().decode(JSON.self, from: Data(data.utf8)) } catch { return .null }
    }
}

extension RawClient.Received {
    /// The chunks of the response, joined.
    var body: String {
        guard let start = text.range(of: "\r\n\r\n") else { return "" }
        var rest = text[start.upperBound...]
        var body = ""
        while let line = rest.range(of: "\r\n"), let size = Int(rest[..<line.lowerBound], radix: 16), size > 0 {
            let bytes = rest[line.upperBound...].utf8.prefix(size)
            guard bytes.count == size else { break }
            body += String(decoding: Array(bytes), as: UTF8.self)
            rest = rest[bytes.endIndex...].dropFirst()
        }
        return body
    }

    var comments: Int { body.components(separatedBy: "\n\n").filter { $0 == ":" }.count }

    var events: [ReceivedEvent] {
        body.components(separatedBy: "\n\n").dropLast().compactMap { block in
            var event = ReceivedEvent()
            for line in block.components(separatedBy: "\n") {
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { event.data += line.dropFirst(6) }
            }
            return event.name.isEmpty ? nil : event
        }
    }
}
