import Dispatch
import Synchronization
import SystemPackage

/// A bounded queue of log lines, written by a separate thread so that logging never waits for a slow reader of the log. Lines that do not
/// fit are dropped and counted in the log.
final class LogQueue: TextOutputStream, Sendable {
    private struct State {
        /// The number of queued bytes.
        var waiting = 0
        var dropped = 0
    }

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

    func write(_ line: String) {
        let bytes = Array(line.utf8)
        let dropped: Int? = state.withLock { state in
            guard state.waiting + bytes.count <= limit else {
                state.dropped += 1
                return nil
            }
            state.waiting += bytes.count
            defer { state.dropped = 0 }
            return state.dropped
        }
        guard let dropped else { return }
        writer.async {
            self.tell(dropped)
            self.put(bytes)
            let droppedSince = self.state.withLock { state in
                state.waiting -= bytes.count
                guard state.waiting == 0 else { return 0 }
                defer { state.dropped = 0 }
                return state.dropped
            }
            self.tell(droppedSince)
        }
    }

    /// Waits until the queue is empty, with a time limit, since the log may have no reader.
    func flush(within timeout: DispatchTimeInterval = .seconds(2)) {
        let written = DispatchSemaphore(value: 0)
        writer.async { written.signal() }
        _ = written.wait(timeout: .now() + timeout)
    }

    private func tell(_ dropped: Int) {
        if dropped > 0 { put(Array(notice(dropped).utf8)) }
    }

    private func put(_ bytes: [UInt8]) {
        // The log is closed, so the error cannot be reported.
        _ = try? output.writeAll(bytes)
    }
}
