import CoreMetrics
import DequeModule
import NIOCore
import Stacks
import Synchronization

/// One open `GET /stacks/events`: the messages that its client has not taken yet. A client that falls behind is cut.
final class EventConsumer: Sendable {
    /// The reason for which the stream ends.
    enum End: Error, Equatable {
        /// The client has left, or the service ends.
        case over
        /// The client has fallen behind.
        case cut
        case failed(StackError)
    }

    enum Next: Equatable {
        case message(ByteBuffer)
        case nothing
        case end(End)
    }

    private struct State {
        var messages: Deque<ByteBuffer> = []
        var bytes = 0
        var end: End?
    }

    /// The bytes up to which messages are written together.
    private static let pieceSize = 64 * 1024

    private let limits: EventLimits
    private let onCut: @Sendable () -> Void
    private let state = Mutex(State())
    private let signal = Signal()

    /// - Parameter onCut: closes the connection; its writer may wait for the client.
    init(limits: EventLimits, onCut: @escaping @Sendable () -> Void) {
        self.limits = limits
        self.onCut = onCut
    }

    func push(_ message: ByteBuffer) {
        let isCut = state.withLock { state in
            guard state.end == nil else { return false }
            let bytes = state.bytes + message.readableBytes
            guard state.messages.isEmpty || state.messages.count < limits.messages && bytes <= limits.bytes else {
                state = State(end: .cut)
                return true
            }
            state.messages.append(message)
            state.bytes = bytes
            return false
        }
        signal.set()
        if isCut {
            Counter(label: "provisioner_event_consumers_cut_total").increment()
            onCut()
        }
    }

    func end(_ end: End) {
        state.withLock { state in
            if state.end == nil { state = State(end: end) }
        }
        signal.set()
    }

    /// Takes the messages that are to be written next.
    func take() -> Next {
        state.withLock { state in
            if let end = state.end { return .end(end) }
            guard var taken = state.messages.popFirst() else { return .nothing }
            while let next = state.messages.first, taken.readableBytes + next.readableBytes <= Self.pieceSize {
                taken.writeImmutableBuffer(next)
                state.messages.removeFirst()
            }
            state.bytes -= taken.readableBytes
            return .message(taken)
        }
    }

    /// Waits for a message or the end.
    func wait() async { await signal.wait() }

    /// Waits for a message, the end, or the end of `sleep`.
    func wait(orUntil sleep: @escaping @Sendable () async throws -> Void) async { await signal.wait(orUntil: sleep) }
}
