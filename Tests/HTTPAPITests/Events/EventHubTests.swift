import FoundationEssentials
import NIOCore
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI

/// One encoding of each change for all clients, and bounds for each of them.
@Suite(.timeLimit(.minutes(1))) struct EventHubTests {
    private static func text(_ next: EventConsumer.Next) -> String {
        if case .message(let message) = next { String(buffer: message) } else { "\(next)" }
    }

    /// Adds consumers, and takes the snapshot of each.
    private func consumers(_ count: Int, of hub: EventHub, limits: EventLimits = EventLimits()) async throws -> [EventConsumer] {
        var consumers: [EventConsumer] = []
        for _ in 0..<count {
            let consumer = EventConsumer(limits: limits) {}
            _ = try hub.add(consumer)
            await consumer.wait()
            #expect(Self.text(consumer.take()).hasPrefix("id: "))
            consumers.append(consumer)
        }
        return consumers
    }

    @Test func `five hundred clients share the bytes of one change`() async throws {
        try await withStackBench { bench in
            let hub = EventHub(changes: bench.changes, maximumConsumers: 1024)
            let consumers = try await consumers(500, of: hub)
            let record = StackRecord.sample(createdAt: bench.time.now)
            try await bench.store.base.reserve(record, within: .unlimited)
            let reads = bench.store.script.value.begun[.read] ?? 0
            bench.changes.publish(record.id)
            var places: Set<UInt> = []
            for consumer in consumers {
                await consumer.wait()
                guard case .message(let message) = consumer.take() else {
                    Issue.record("no message")
                    continue
                }
                places.insert(message.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) })
            }
            #expect(places.count == 1)
            #expect(bench.store.script.value.begun[.read] == reads + 1)
        }
    }

    @Test(arguments: [(3, 1000), (1000, 20)])
    func `a client that falls behind by messages or bytes is cut once, and gets no more`(messages: Int, bytes: Int) {
        var limits = EventLimits()
        (limits.messages, limits.bytes) = (messages, bytes)
        let cuts = Observed(0)
        let consumer = EventConsumer(limits: limits) { cuts.update { $0 += 1 } }
        for _ in 0..<3 { consumer.push(ByteBuffer(string: "123456")) }
        #expect(consumer.take() == .message(ByteBuffer(string: "123456123456123456")) && cuts.value == 0)
        for _ in 0..<6 { consumer.push(ByteBuffer(string: "123456")) }
        #expect(consumer.take() == .end(.cut) && cuts.value == 1)
        consumer.end(.over)
        #expect(consumer.take() == .end(.cut))
    }

    @Test func `one message may be longer than the bound`() {
        var limits = EventLimits()
        limits.bytes = 4
        let consumer = EventConsumer(limits: limits) { Issue.record("cut") }
        consumer.push(ByteBuffer(string: "snapshot"))
        #expect(consumer.take() == .message(ByteBuffer(string: "snapshot")))
        #expect(consumer.take() == .nothing)
    }

    @Test func `a comment is written when nothing else waits`() {
        let consumer = EventConsumer(limits: EventLimits()) {}
        consumer.comment()
        consumer.comment()
        #expect(consumer.take() == .message(EventMessage.comment))
        #expect(consumer.take() == .nothing)
        consumer.push(ByteBuffer(string: "first"))
        consumer.comment()
        #expect(consumer.take() == .message(ByteBuffer(string: "first")))
        #expect(consumer.take() == .nothing)
        consumer.comment()
        consumer.push(ByteBuffer(string: "second"))
        #expect(consumer.take() == .message(ByteBuffer(string: "second")))
        #expect(consumer.take() == .nothing)
        consumer.end(.over)
        consumer.comment()
        #expect(consumer.take() == .end(.over))
    }

    @Test func `a client that comes later gets the present state, and the same id as the others have`() async throws {
        try await withStackBench { bench in
            let hub = EventHub(changes: bench.changes, maximumConsumers: 2)
            let first = try await consumers(1, of: hub)[0]
            for number in [2, 1] {
                let record = StackRecord.sample(number, user: Int64(number), createdAt: bench.time.now + Double(number))
                try await bench.store.base.reserve(record, within: .unlimited)
                bench.changes.publish(record.id)
                await first.wait()
                #expect(Self.text(first.take()).hasPrefix("id: \(4 - number)\nevent: stack\n"))
            }
            let second = EventConsumer(limits: EventLimits()) {}
            _ = try hub.add(second)
            let snapshot = Self.text(second.take())
            #expect(snapshot.hasPrefix("id: 3\nevent: snapshot\ndata: {\"stacks\":[{"))
            let ids = snapshot.components(separatedBy: "\"stack_id\":\"").dropFirst().map { $0.prefix(22) }
            #expect(ids == ["stack-0000000000000001", "stack-0000000000000002"], "oldest first")
            #expect(throws: StackError.self) { try hub.add(EventConsumer(limits: EventLimits()) {}) }
        }
    }
}
