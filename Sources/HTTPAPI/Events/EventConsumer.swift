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
        var isCommentDue = false
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

    /// Has a comment written next, unless a message is: it tells the client as well that the connection is alive.
    func comment() {
        state.withLock { $0.isCommentDue = true }
        signal.set()
    }

    /// Takes the messages that are to be written next.
    func take() -> Next {
        state.withLock { state in
            if let end = state.end { return .end(end) }
            defer { state.isCommentDue = false }
            guard var taken = state.messages.popFirst() else {
                return state.isCommentDue ? .message(EventMessage.comment) : .nothing
            }
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
}
