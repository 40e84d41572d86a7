import NIOCore

/// What a connection waits for, and until when it may. A value without input or output; ``ConnectionHandler`` acts on it.
///
/// Requests may be pipelined: several may have been read while the first is still being answered.
struct ConnectionState {
    /// How long each wait may last.
    struct TimeLimits: Sendable {
        /// For the head of a request, from its first byte.
        var head = TimeAmount.seconds(10)
        /// For the body of a request, from the end of its head.
        var body = TimeAmount.seconds(30)
        /// For the client to take up another piece of its answer.
        var write = TimeAmount.seconds(30)
        /// For the next request.
        var idle = TimeAmount.seconds(180)
        /// For the client to close, after the last answer.
        var close = TimeAmount.seconds(5)
    }

    enum Wait: Equatable {
        /// For a request to begin.
        case request
        case head, body
        /// For the service to answer; it has deadlines of its own.
        case answer
        /// For the client to read.
        case reader
        /// For the client to close, now that it has its last answer.
        case close
    }

    private enum Reading { case nothing, head, body }

    private let limits: TimeLimits
    private var reading = Reading.nothing
    /// Requests that were read and whose answer has not ended.
    private var unanswered = 0
    private var isAnswering = false
    /// Parts of answers that the system has not taken up yet.
    private var unwritten = 0
    /// False once it is clear that the connection closes after the answers that are due.
    private(set) var takesRequests = true
    private(set) var wait = Wait.request
    /// When the wait began, or the client last read.
    private var since: NIODeadline

    init(limits: TimeLimits, now: NIODeadline) {
        self.limits = limits
        since = now
    }

    var takesBody: Bool { reading == .body }
    /// Whether the request that is being read is the one to be answered next.
    var isReadingCurrentRequest: Bool { reading == .body && unanswered == 1 }
    var hasRequest: Bool { unanswered > 0 || unwritten > 0 }
    /// The last answer has been given; nothing more may be written.
    var isOver: Bool { !takesRequests && unanswered == 0 }

    /// When the wait has lasted too long; nil when this connection may wait on.
    var deadline: NIODeadline? {
        switch wait {
        case .request: since + limits.idle
        case .head: since + limits.head
        case .body: since + limits.body
        case .reader: since + limits.write
        case .close: since + limits.close
        case .answer: nil
        }
    }

    /// Bytes came that are no part of a request yet.
    mutating func bytesRead(now: NIODeadline) {
        if reading == .nothing, takesRequests { reading = .head }
        settle(now)
    }

    /// - Parameter keepsAlive: whether another request may follow on the connection.
    mutating func headRead(keepsAlive: Bool, now: NIODeadline) {
        reading = .body
        unanswered += 1
        if !keepsAlive { takesRequests = false }
        settle(now)
    }

    mutating func endRead(now: NIODeadline) {
        reading = .nothing
        settle(now)
    }

    /// What came is no request, or did not come in time: it is answered, unless it belongs to a request that will be, and nothing is
    /// read any more.
    mutating func inputFailed(now: NIODeadline) {
        if reading != .body { unanswered += 1 }
        stopReading(now)
    }

    /// The client sends nothing more.
    mutating func inputClosed(now: NIODeadline) {
        if reading == .head { reading = .nothing }
        settle(now)
    }

    /// No further request is wanted; those that have been read are answered.
    mutating func quiesce(now: NIODeadline) {
        takesRequests = false
        if reading == .head { reading = .nothing }
        settle(now)
    }

    /// An answer begins. One that does not wait for the request's end is the last: the rest of the request is not read.
    /// - Returns: whether the connection closes after it.
    mutating func answerBegun(now: NIODeadline) -> Bool {
        isAnswering = unanswered > 0
        if isReadingCurrentRequest { stopReading(now) }
        settle(now)
        return !takesRequests && unanswered == 1
    }

    mutating func answerEnded(now: NIODeadline) {
        isAnswering = false
        unanswered = max(0, unanswered - 1)
        settle(now)
    }

    mutating func writeBegun(now: NIODeadline) {
        unwritten += 1
        settle(now)
    }

    /// The system took up a part, or never will.
    mutating func writeEnded(now: NIODeadline) {
        unwritten = max(0, unwritten - 1)
        since = now
        settle(now)
    }

    private mutating func stopReading(_ now: NIODeadline) {
        takesRequests = false
        reading = .nothing
        settle(now)
    }

    private mutating func settle(_ now: NIODeadline) {
        let next = nextWait
        guard next != wait else { return }
        wait = next
        since = now
    }

    private var nextWait: Wait {
        if unwritten > 0 { return .reader }
        if isOver { return .close }
        if isAnswering || unanswered > 1 { return .answer }
        switch reading {
        case .body: return .body
        case .head: return unanswered == 0 ? .head : .answer
        case .nothing: return unanswered == 0 ? .request : .answer
        }
    }
}
