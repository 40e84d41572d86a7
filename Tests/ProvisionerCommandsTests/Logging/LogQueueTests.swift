import Foundation
import Logging
import SystemPackage
import TestBasics
import Testing

@testable import ProvisionerCommands

@Suite struct LogQueueTests {
    /// What `body` writes to a pipe.
    private static func text(_ body: (_ writer: FileDescriptor, _ read: () -> Void) async throws -> Void) async throws -> String {
        let pipe = try FileDescriptor.pipe()
        let (texts, continuation) = AsyncThrowingStream<String, any Error>.makeStream()
        try await body(pipe.writeEnd) {
            // On a thread that may wait.
            Thread.detachNewThread {
                do {
                    let data = try FileHandle(fileDescriptor: pipe.readEnd.rawValue).readToEnd() ?? Data()
                    continuation.yield(String(decoding: data, as: UTF8.self))
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
        }
        try pipe.writeEnd.close()
        var text = ""
        for try await part in texts { text += part }
        try pipe.readEnd.close()
        return text
    }

    @Test func `whoever logs does not wait for a pipe that nobody empties; the log says how much was dropped`() async throws {
        let lines = (0..<10_000).map { "\($0) " + String(repeating: "x", count: 100) + "\n" }
        let text = try await Self.text { writer, read in
            let queue = LogQueue(writer, limit: 100_000) { "dropped \($0)\n" }
            // Some 65,000 bytes fit into the pipe, then nothing is written any more.
            for line in lines { queue.write(line) }
            queue.flush(within: .milliseconds(1))
            read()
            await queue.flushed()
            queue.write("after\n")
            await queue.flushed()
        }
        let found = text.split(separator: "\n")
        let dropped = found.compactMap { $0.hasPrefix("dropped ") ? Int($0.dropFirst(8)) : nil }.reduce(0, +)
        #expect(dropped > 0)
        #expect(found.filter { $0.hasSuffix("x") }.count + dropped == lines.count)
        #expect(found.last == "after")
        // Those that were written are whole and in order.
        let numbers = found.compactMap { $0.hasSuffix("x") ? Int($0.prefix { $0 != " " }) : nil }
        #expect(numbers == numbers.sorted() && found.allSatisfy { !$0.hasSuffix("x") || $0.hasSuffix(String(repeating: "x", count: 100)) })
    }

    @Test func `nothing is lost when there is room`() async throws {
        let lines = (0..<20_000).map { "line \($0)\n" }
        let text = try await Self.text { writer, read in
            read()
            let queue = LogQueue(writer) { "dropped \($0)\n" }
            for line in lines { queue.write(line) }
            await queue.flushed()
        }
        #expect(text == lines.joined())
    }
}

extension LogQueue {
    /// Returns once everything is written, and keeps no thread that others need.
    func flushed() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.flush(within: .seconds(600))
                continuation.resume()
            }
        }
    }
}
