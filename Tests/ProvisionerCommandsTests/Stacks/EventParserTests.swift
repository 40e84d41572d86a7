import TestBasics
import Testing

@testable import ProvisionerCommands

@Suite struct EventParserTests {
    private static let stream =
        "retry: 2000\n\nid: 41\nevent: snapshot\ndata: {\"stacks\":[]}\n\n:\n\nid: 42\r\nevent: stack\r\ndata: {\"ä\":\r\ndata:  1}\r\n\r\n"
        + "data:x\n\nevent: lost\n\nevent: half\ndata: y\n"

    private static let events = [
        EventParser.Event(name: "snapshot", data: #"{"stacks":[]}"#), EventParser.Event(name: "stack", data: "{\"ä\":\n 1}"),
        EventParser.Event(name: "message", data: "x"),
    ]

    @Test(arguments: [UInt64.random(in: 0...UInt64.max)])
    func `events are found however the bytes are cut`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var parser = EventParser()
            var found: [EventParser.Event] = []
            var rest = Array(Self.stream.utf8)[...]
            while !rest.isEmpty {
                let size = Int.random(in: 1...20, using: &generator)
                try parser.append(rest.prefix(size))
                rest = rest.dropFirst(size)
                while let event = parser.next() { found.append(event) }
            }
            #expect(found == Self.events, "seed \(seed)")
        }
    }

    @Test(arguments: ["data: 0123456789", "data: 01\ndata: 02\ndata: 03\n"])
    func `an event over the limit is refused`(text: String) throws {
        var parser = EventParser(maximumSize: 12)
        try parser.append(Array("data: 01234\n\n".utf8))
        #expect(parser.next()?.data == "01234")
        #expect(throws: EventParser.TooLong.self) { try parser.append(Array(text.utf8)) }
    }
}
