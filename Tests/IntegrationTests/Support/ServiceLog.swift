import Foundation
import Synchronization

/// What the service writes to standard error, line by line; tests wait for lines instead of for time to pass.
final class ServiceLog: Sendable {
    typealias Line = [String: String]

    private struct State {
        var lines: [String] = []
        var isClosed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func append(_ line: String) {
        change { $0.lines.append(line) }
    }

    func close() {
        change { $0.isClosed = true }
    }

    /// Whether the service has closed its standard error: it has ended.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    var text: String { state.withLock { $0.lines.joined(separator: "\n") } }

    /// Every line so far that is a JSON object.
    var entries: [Line] { state.withLock { $0.lines.compactMap(Self.parse) } }

    /// The first entry with this message, already there or to come.
    func first(_ message: String, where condition: (Line) -> Bool = { _ in true }) async throws -> Line {
        var seen = 0
        while true {
            let (new, isClosed) = state.withLock { (Array($0.lines[seen...]), $0.isClosed) }
            if let found = new.lazy.compactMap(Self.parse).first(where: { $0["message"] == message && condition($0) }) { return found }
            seen += new.count
            guard !isClosed else { throw ServiceEnded(log: text) }
            await nextChange(after: seen)
        }
    }

    private func nextChange(after count: Int) async {
        await withCheckedContinuation { continuation in
            let isDue = state.withLock { state in
                guard state.lines.count == count, !state.isClosed else { return true }
                state.waiters.append(continuation)
                return false
            }
            if isDue { continuation.resume() }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private static func parse(_ line: String) -> Line? {
        do { return try JSONDecoder().decode(Line.self, from: Data(line.utf8)) } catch { return nil }
    }
}

/// The service ended although the test still needed it.
struct ServiceEnded: Error, CustomStringConvertible {
    var log: String
    var description: String { "the service has ended; its log:\n\(log)" }
}
