import NIOCore

/// The state of a connection: its current wait and the deadline. A value without I/O; ``ConnectionHandler`` executes its decisions.
///
/// Requests may be pipelined: several may have been read while the first response is in progress.
struct ConnectionState {
    /// The maximum duration of each wait.
    struct TimeLimits: Sendable {
        /// The limit for a request head, from its first byte.
        var head = TimeAmount.seconds(10)
        /// The limit for a request body, from the end of the head.
        var body = TimeAmount.seconds(30)
        /// The limit for the client to read the next part of its response.
        var write = TimeAmount.seconds(30)
        /// The limit for the wait for the next request.
        var idle = TimeAmount.seconds(180)
        /// The limit for the client to close after the last response.
        var close = TimeAmount.seconds(5)
    }

    enum Wait: Equatable {
        /// The start of a request.
        case request
        case head, body
        /// The service's response, which has its own deadlines.
        case answer
        /// The client's reading of the response.
        case reader
        /// The client's close after its last response.
        case close
    }

    private enum Reading { case nothing, head, body }

    private let limits: TimeLimits
    private var reading = Reading.nothing
    /// Requests that were read and whose response has not ended.
    private var unanswered = 0
    private var isAnswering = false
    /// Response parts that the system has not accepted yet.
    private var unwritten = 0
    /// False once the connection will close after the pending responses.
    private(set) var takesRequests = true
    private(set) var wait = Wait.request
    /// The start of the wait, or the client's last read.
    private var since: NIODeadline

    init(limits: TimeLimits, now: NIODeadline) {
        self.limits = limits
        since = now
    }

    var takesBody: Bool { reading == .body }
    /// True if the request that is being read is the next one to respond to.
    var isReadingCurrentRequest: Bool { reading == .body && unanswered == 1 }
    var hasRequest: Bool { unanswered > 0 || unwritten > 0 }
    /// True after the last response; nothing more may be written.
    var isOver: Bool { !takesRequests && unanswered == 0 }

    /// The end of the wait; nil for a wait without a limit.
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

    /// Records bytes that are not part of a request yet.
    mutating func bytesRead(now: NIODeadline) {
        if reading == .nothing, takesRequests { reading = .head }
        settle(now)
    }

    /// Records a request head.
    /// - Parameter keepsAlive: true if another request may follow on the connection.
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

    /// Records invalid or late input: it gets an error response, unless it belongs to a request that gets one anyway, and nothing more is
    /// read.
    mutating func inputFailed(now: NIODeadline) {
        if reading != .body { unanswered += 1 }
        stopReading(now)
    }

    /// Records that the client sends nothing more.
    mutating func inputClosed(now: NIODeadline) {
        if reading == .head { reading = .nothing }
        settle(now)
    }

    /// Stops accepting requests; those already read get a response.
    mutating func quiesce(now: NIODeadline) {
        takesRequests = false
        if reading == .head { reading = .nothing }
        settle(now)
    }

    /// Records the start of a response. One that starts before the end of its request is the last: the rest of the request is not read.
    /// - Returns: true if the connection closes after the response.
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

    /// Records that the system accepted a part, or never will.
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
