import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct InspectTests {
    private static func event(_ reason: String, at seconds: Double?) -> StackEvent {
        StackEvent(
            time: seconds.map { Date(timeIntervalSince1970: $0) },
            type: "Normal",
            reason: reason,
            message: nil,
            count: 1,
            object: "Pod/x"
        )
    }

    private static func log(_ bench: StackBench, _ id: StackID, _ container: String? = nil, lines: Int = 200) async throws -> String {
        try await bench.service.log(of: id, container: container, lines: lines, logger: silentLogger)
    }

    @Test func `events come oldest first, those without a time before all others`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { state in
                state.events[id] = [
                    Self.event("c", at: 3), Self.event("a", at: 1), Self.event("?", at: nil), Self.event("b", at: 2),
                ]
            }
            let events = try await bench.service.events(of: id, logger: silentLogger)
            #expect(events.map(\.reason) == ["?", "a", "b", "c"])
        }
    }

    @Test func `a log is that of the container asked for, else of the first one`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.observe(id) { $0.containerNames = ["web", "database"] }
            bench.cluster.state.update { $0.logs = ["web": Array("1\n2\n3".utf8), "database": Array("ready".utf8)] }
            #expect(try await Self.log(bench, id) == "1\n2\n3")
            #expect(try await Self.log(bench, id, lines: 2) == "2\n3")
            #expect(try await Self.log(bench, id, "database") == "ready")
            for name in ["", "web2", "../web"] {
                let error = await #expect(throws: StackError.self) { _ = try await Self.log(bench, id, name) }
                #expect(error?.code == .invalidRequest)
                #expect(error?.message == "container: is \"\(name)\"; the containers of stack \(id) are: web, database")
            }
        }
    }

    @Test func `a log that does not exist yet is refused with the reason`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            let waiting = await #expect(throws: StackError.self) { _ = try await Self.log(bench, id) }
            #expect(waiting?.code == .logsNotReady && waiting?.retryAfterSeconds == 2)
            #expect(waiting?.message.contains("is waiting to start: ContainerCreating") == true)
            bench.cluster.observe(id) { $0.nodeName = nil }
            let unplaced = await #expect(throws: StackError.self) { _ = try await Self.log(bench, id) }
            #expect(unplaced?.code == .logsNotReady && unplaced?.message == "stack \(id) has no log now: its Pod has no node yet")
            bench.cluster.state.update { $0.pods[id]?.isWatched = false }
            #expect(try await errorCode { _ = try await Self.log(bench, id) } == .logsNotReady)
            #expect(bench.cluster.count(.log) == 1)
        }
    }

    @Test func `what no read shows has neither events nor logs`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.time.advance(to: record.expiresAt)
            for id in [record.id, .numbered(1)] {
                #expect(try await errorCode { _ = try await Self.log(bench, id) } == .stackNotFound)
                #expect(try await errorCode { _ = try await bench.service.events(of: id, logger: silentLogger) } == .stackNotFound)
            }
            #expect(bench.cluster.count(.log) == 0 && bench.cluster.count(.events) == 0)
        }
    }

    @Test func `eight requests run at once, and others are told to come again`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { state in
                state.logs["web"] = []
                state.script.held = [.log, .events]
            }
            try await withThrowingTaskGroup { group in
                for number in 0..<8 {
                    group.addTask {
                        if number < 4 {
                            _ = try await Self.log(bench, id)
                        } else {
                            _ = try await bench.service.events(of: id, logger: silentLogger)
                        }
                    }
                }
                try await bench.cluster.state.wait { $0.script.begun[.log] == 4 && $0.script.begun[.events] == 4 }
                let error = await #expect(throws: StackError.self) { _ = try await Self.log(bench, id) }
                #expect(error?.code == .tooManyReads && error?.retryAfterSeconds == 1)
                bench.cluster.state.update { $0.script.held = [] }
                try await group.waitForAll()
            }
            #expect(try await Self.log(bench, id) == "")
        }
    }

    @Test func `an API server that does not answer ends the request at its limit and frees the place`() async throws {
        var options = StackBench.Options()
        options.settings.inspectionTimeout = .milliseconds(20)
        try await withStackBench(options) { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { $0.script.held = [.events] }
            for _ in 0..<9 {
                let code = try await errorCode { _ = try await bench.service.events(of: id, logger: silentLogger) }
                #expect(code == .kubernetesUnavailable)
            }
        }
    }

    @Test(
        arguments: [
            ([], ""), (Array("a\tb\nc\n".utf8), "a\tb\nc\n"), (Array("\u{1b}[2J\r\n".utf8), "\\u{1b}[2J\\u{d}\n"),
            ([0x00, 0x07, 0x7F], "\\u{0}\\u{7}\\u{7f}"), (Array("\u{9b}1m\u{85}".utf8), "\\u{9b}1m\\u{85}"),
            ([0x61, 0xFF, 0x62], "a\u{FFFD}b"), (Array("ä🏁\u{200D}".utf8), "ä🏁\u{200D}"), (Array("\\u{1b}".utf8), "\\u{1b}"),
        ] as [([UInt8], String)]
    )
    func `control characters of a log are shown, not sent`(bytes: [UInt8], expected: String) {
        #expect(LogText.escaped(bytes) == expected)
    }

    @Test(arguments: [
        ("ab\ncd\nef\n", 9, "ab\ncd\nef\n"), ("ab\ncd\nef\n", 8, "cd\nef\n"), ("ab\ncd\nef", 7, "cd\nef"), ("ab\ncd\nef", 2, "ef"),
        ("abcdef", 3, "def"), ("abcdef\n", 3, "ef\n"), ("aä", 1, ""), ("🏁b", 3, "b"), ("a\u{1b}", 6, "\\u{1b}"),
        ("x\n\u{1b}", 6, "\\u{1b}"),
    ])
    func `of a log that is too long the last whole lines remain`(text: String, size: Int, expected: String) {
        let escaped = LogText.escaped(Array(text.utf8), maximumSize: size)
        #expect(escaped == expected)
        #expect(escaped.utf8.count <= size)
    }
}
