import Foundation
import TestBasics

/// What the service writes to standard error, line by line; tests wait for lines instead of for time to pass.
final class ServiceLog: Sendable {
    typealias Line = [String: String]

    private struct State {
        var lines: [String] = []
        var isClosed = false
    }

    private let state = Observed(State())

    func append(_ line: String) {
        state.update { $0.lines.append(line) }
    }

    func close() {
        state.update { $0.isClosed = true }
    }

    /// Whether the service has closed its standard error: it has ended.
    var isClosed: Bool { state.value.isClosed }

    var text: String { state.value.lines.joined(separator: "\n") }

    /// Every line so far that is a JSON object.
    var entries: [Line] { state.value.lines.compactMap(Self.parse) }

    /// The first entry with this message, already there or to come.
    /// - Throws: ``ServiceEnded`` when none can come any more; `CancellationError` when the test's time is over.
    func first(_ message: String, where condition: (Line) -> Bool = { _ in true }) async throws -> Line {
        try await first { $0["message"] == message && condition($0) }
    }

    /// The first entry so, already there or to come.
    /// - Throws: as ``first(_:where:)``.
    func first(where condition: (Line) -> Bool) async throws -> Line {
        var seen = 0
        return try await state.waitForValue { state in
            let found = state.lines[seen...].lazy.compactMap(Self.parse).first(where: condition)
            seen = state.lines.count
            if found == nil, state.isClosed { throw ServiceEnded(log: state.lines.joined(separator: "\n")) }
            return found
        }
    }

    /// Returns once the service has ended.
    func waitUntilClosed() async throws { try await state.wait { $0.isClosed } }

    private static func parse(_ line: String) -> Line? {
        do { return try JSONDecoder().decode(Line.self, from: Data(line.utf8)) } catch { return nil }
    }
}

/// The service ended although the test still needed it.
struct ServiceEnded: Error, CustomStringConvertible {
    var log: String
    var description: String { "the service has ended; its log:\n\(log)" }
}
