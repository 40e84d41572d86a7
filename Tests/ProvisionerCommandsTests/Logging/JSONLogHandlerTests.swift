import Foundation
import Logging
import SystemPackage
import TestBasics
import TestSupport
import Testing

@testable import ProvisionerCommands

@Suite struct JSONLogHandlerTests {
    /// What `body` logs, line by line as JSON.
    private static func lines(
        level: Logger.Level = .trace,
        provider: Logger.MetadataProvider? = nil,
        _ body: (Logger) async throws -> Void
    ) async throws -> [[String: String]] {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let file = try FileDescriptor.open(FilePath(path), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
            let text = try await file.closeAfterwards {
                let queue = LogQueue(file, limit: 64 << 20) { _ in "" }
                let logger = Logger(label: "provisioner") { label in
                    JSONLogHandler(label: label, level: level, metadataProvider: provider, queue: queue)
                }
                try await body(logger)
                await queue.flushed()
                return try Data(contentsOf: URL(filePath: path))
            }
            #expect(text.isEmpty || text.last == UInt8(ascii: "\n"))
            return try text.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode([String: String].self, from: $0) }
        }
    }

    @Test func `an entry is one line: time, level, message, logger and its metadata`() async throws {
        let lines = try await Self.lines { $0.notice("stack created", metadata: ["node_port": "30001"]) }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(
            line.filter { $0.key != "time" } == [
                "level": "notice", "message": "stack created", "logger": "provisioner", "node_port": "30001",
            ]
        )
        let time = try Date(try #require(line["time"]), strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        #expect(abs(time.timeIntervalSinceNow) < 60)
    }

    @Test(arguments: [
        "two\nlines", "carriage\r\nreturn", "\u{0}\u{1}\u{8}\u{1B}[31mred\u{7F}", "quote \" and \\ and /", "\u{2028}\u{2029}\u{85}",
        "🦊 é 日本",
        "{\"level\":\"forged\"}", "", "}\n{\"level\":\"error\",\"message\":\"forged\"}",
    ])
    func `whatever a text holds, it stays on its line and comes back as it was`(text: String) async throws {
        let lines = try await Self.lines {
            $0.info("\(text)", metadata: ["value": "\(text)", "\(text)k": "1", "nested": ["a": ["\(text)"]]])
        }
        #expect(lines.count == 1)
        #expect(lines.first?["message"] == text)
        #expect(lines.first?["value"] == text)
        #expect(lines.first?["\(text)k"] == "1")
        #expect(lines.first?["level"] == "info")
    }

    @Test func `the entry's metadata goes before the provider's, and that before the logger's`() async throws {
        let provider = Logger.MetadataProvider { ["a": "provider", "b": "provider"] }
        let lines = try await Self.lines(provider: provider) { logger in
            var logger = logger
            for key in ["a", "b", "c"] { logger[metadataKey: key] = "logger" }
            logger.info("x", metadata: ["a": "entry"])
            logger[metadataKey: "c"] = nil
            logger.info("y")
        }
        #expect(lines.map { [$0["a"], $0["b"], $0["c"]] } == [["entry", "provider", "logger"], ["provider", "provider", nil]])
    }

    @Test func `metadata cannot pass for the entry's own fields`() async throws {
        let lines = try await Self.lines {
            $0.error("real", metadata: ["message": "forged", "level": "info", "time": "never", "logger": "other"])
        }
        #expect(lines.first?["message"] == "real" && lines.first?["level"] == "error" && lines.first?["logger"] == "provisioner")
        #expect(lines.first?["time"] != "never")
    }

    @Test func `the id of a request is its request_id, and a stack's its stack_id`() async throws {
        let lines = try await Self.lines { $0.info("request", metadata: ["hb.request.id": "4f2a", "stack_id": "stack-0123456789abcdef"]) }
        #expect(lines.first?["request_id"] == "4f2a" && lines.first?["hb.request.id"] == nil)
        #expect(lines.first?["stack_id"] == "stack-0123456789abcdef")
    }

    @Test func `an error given with the entry is written`() async throws {
        struct Failure: Error, CustomStringConvertible { var description: String { "disk full" } }
        let lines = try await Self.lines { $0.error("no write", error: Failure()) }
        #expect(lines.first?["error"] == "disk full")
    }

    @Test func `what is below the level is not written`() async throws {
        let lines = try await Self.lines(level: .warning) { logger in
            logger.info("quiet")
            logger.warning("loud")
        }
        #expect(lines.map { $0["message"] } == ["loud"])
    }

    @Test func `many writers at once leave whole lines`() async throws {
        let (writers, entries) = (16, 50)
        let padding = String(repeating: "x", count: 9000)
        let lines = try await Self.lines { logger in
            await withTaskGroup { group in
                for writer in 0..<writers {
                    group.addTask { for entry in 0..<entries { logger.info("\(writer)/\(entry)", metadata: ["padding": "\(padding)"]) } }
                }
            }
        }
        #expect(lines.count == writers * entries)
        #expect(Set(lines.compactMap { $0["message"] }).count == writers * entries)
        #expect(lines.allSatisfy { $0["padding"] == padding })
    }
}

extension FileDescriptor {
    /// As `closeAfter`, for what takes its time.
    fileprivate func closeAfterwards<Result>(_ body: () async throws -> Result) async throws -> Result {
        let result: Result
        do { result = try await body() } catch {
            try close()
            throw error
        }
        try close()
        return result
    }
}
