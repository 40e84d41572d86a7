import Dispatch
import Glibc
import Synchronization
import SystemPackage

/// A bounded queue of log lines, written by a separate thread so that logging never waits for a slow reader of the log. Lines that do not
/// fit are dropped and counted in the log.
final class LogQueue: TextOutputStream, Sendable {
    private struct State {
        /// The lines that nobody writes yet.
        var lines: [UInt8] = []
        /// The number of bytes that are being written.
        var writing = 0
        var dropped = 0

        mutating func tellDropped(_ notice: (Int) -> String) {
            guard dropped > 0 else { return }
            lines.append(contentsOf: notice(dropped).utf8)
            dropped = 0
        }
    }

    /// In microseconds.
    private static let pause: UInt32 = 1000

    private let output: FileDescriptor
    private let limit: Int
    private let notice: @Sendable (Int) -> String
    private let writer = DispatchQueue(label: "log")
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: the maximum number of queued bytes.
    ///   - notice: returns the line that reports the number of dropped lines.
    init(_ output: FileDescriptor, limit: Int = 4 << 20, notice: @escaping @Sendable (Int) -> String) {
        self.output = output
        self.limit = limit
        self.notice = notice
    }

    func write(_ line: String) { write(line.utf8) }

    func write(_ line: some Collection<UInt8>) {
        let wasIdle = state.withLock { state in
            guard state.writing + state.lines.count + line.count <= limit else {
                state.dropped += 1
                return false
            }
            // Otherwise `writeAll` is at work, or will be.
            let wasIdle = state.lines.isEmpty && state.writing == 0
            state.tellDropped(notice)
            state.lines.append(contentsOf: line)
            return wasIdle
        }
        if wasIdle { writer.async { self.writeAll() } }
    }

    /// Writes all lines that have come meanwhile in one call, and waits before the next: a thread that wakes for each line costs more than it.
    private func writeAll() {
        while true {
            let lines = state.withLock { state in
                if state.lines.isEmpty { state.tellDropped(notice) }
                defer { state.lines = [] }
                state.writing = state.lines.count
                return state.lines
            }
            guard !lines.isEmpty else { return }
            put(lines)
            usleep(Self.pause)
        }
    }

    /// Waits until the queue is empty, with a time limit, since the log may have no reader.
    func flush(within timeout: DispatchTimeInterval = .seconds(2)) {
        let written = DispatchSemaphore(value: 0)
        writer.async { written.signal() }
        _ = written.wait(timeout: .now() + timeout)
    }

    private func put(_ bytes: [UInt8]) {
        // The log is closed, so the error cannot be reported.
        _ = try? output.writeAll(bytes)
    }
}
