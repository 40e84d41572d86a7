import NIOCore
import NIOHTTP1

/// A route's event before it reads the body: a client that sent `Expect: 100-continue` gets its 100 response.
struct BodyIsWanted: Sendable {}

/// Executes the decisions of ``ConnectionState``: closes a connection after a timeout, responds to input that is not a valid request, and
/// closes after the last response.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The bytes that a client has to read to count as progress.
    private static let pieceSize = 16 * 1024

    private let id: ConnectionTable.ID
    private let connections: Connections
    private let limits: ConnectionState.TimeLimits
    private var state: ConnectionState
    private var context: ChannelHandlerContext?
    private var timer: (at: NIODeadline, task: Scheduled<Void>)?
    /// The reason for which the input is not a valid request, until the response is sent.
    private var failure: RequestError?
    private var isHTTP10 = false
    private var awaitsContinue = false
    private var hasReadPart = false
    private var isBusy = false
    private var isHalfClosed = false
    private var watches = AnswerWatches()

    init(id: ConnectionTable.ID, connections: Connections, limits: ConnectionState.TimeLimits) {
        self.id = id
        self.connections = connections
        self.limits = limits
        state = ConnectionState(limits: limits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        state = ConnectionState(limits: limits, now: context.eventLoop.now)
        settle(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        timer?.task.cancel()
        timer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        watches.report(.clientLeft)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        let now = context.eventLoop.now
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard state.takesRequests else { return }
            if let failure = RequestHead.failure(of: head) { return fail(failure, context) }
            isHTTP10 = head.version == .http1_0
            awaitsContinue = RequestHead.expectsContinue(head)
            state.headRead(keepsAlive: RequestHead.keepsAlive(head), now: now)
        case .body:
            guard state.takesBody else { return }
            awaitsContinue = false
        case .end:
            guard state.takesBody else { return }
            awaitsContinue = false
            state.endRead(now: now)
        }
        if settle(context) { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasReadPart { state.bytesRead(now: context.eventLoop.now) }
        hasReadPart = false
        settle(context)
        // There is no other reader any more; remaining input is dropped.
        if state.wait == .close { context.read() }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        fail(error == .headerOverflow ? .headTooLarge(limit: RequestHead.maximumSize) : .notHTTP, context, as: error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            watches.report(.shuttingDown)
            state.quiesce(now: context.eventLoop.now)
            if state.wait == .close { context.close(promise: nil) } else { settle(context) }
        case ChannelEvent.inputClosed:
            watches.report(.clientLeft)
            state.inputClosed(now: context.eventLoop.now)
            settle(context)
            context.fireUserInboundEventTriggered(event)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        if let watch = event as? AnswerWatch {
            promise?.succeed(())
            return watches.add(watch)
        }
        guard event is BodyIsWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        promise?.succeed(())
        guard awaitsContinue, state.isReadingCurrentRequest else { return }
        awaitsContinue = false
        send(.head(HTTPResponseHead(version: .http1_1, status: .continue)), context)
        flush(context: context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !state.isOver else {
            promise?.succeed(())
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            begin(head, context, promise)
        case .body(.byteBuffer(var buffer)):
            while buffer.readableBytes > Self.pieceSize, let piece = buffer.readSlice(length: Self.pieceSize) {
                send(.body(.byteBuffer(piece)), context)
            }
            send(.body(.byteBuffer(buffer)), context, promise)
        case .body(let body):
            send(.body(body), context, promise)
        case .end(let trailers):
            watches.answerEnded()
            send(.end(trailers), context, promise)
            state.answerEnded(now: context.eventLoop.now)
        }
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        settle(context)
    }

    private func begin(_ head: HTTPResponseHead, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        var (head, body) = (head, ByteBuffer())
        // Hummingbird responds to invalid input with a 400 without a body, which routes never do. It is replaced here.
        if let failure, head.status == .badRequest, head.headers["content-length"] == ["0"] {
            (head, body) = failure.answer()
        }
        if state.answerBegun(now: context.eventLoop.now) {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        } else if isHTTP10 {
            head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
        }
        send(.head(head), context, promise)
        if body.readableBytes > 0 { send(.body(.byteBuffer(body)), context) }
    }

    private func send(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.cascade(to: promise)
        state.writeBegun(now: context.eventLoop.now)
        written.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context else { return }
            self.state.writeEnded(now: context.eventLoop.now)
            self.settle(context)
        }
        context.write(wrapOutboundOut(part), promise: written)
    }

    /// Lets Hummingbird send the error after the pending responses, and reads nothing more.
    private func fail(_ failure: RequestError, _ context: ChannelHandlerContext, as error: HTTPParserError = .unknown) {
        guard state.takesRequests || state.takesBody else { return }
        self.failure = failure
        state.inputFailed(now: context.eventLoop.now)
        settle(context)
        context.fireErrorCaught(error)
    }
}

extension ConnectionHandler {
    /// Applies the state's decisions.
    /// - Returns: false if the connection is being closed in favour of another.
    @discardableResult
    private func settle(_ context: ChannelHandlerContext) -> Bool {
        if state.hasRequest != isBusy {
            isBusy = state.hasRequest
            if !isBusy {
                connections.end(id)
            } else if !connections.begin(id) {
                context.close(promise: nil)
                return false
            }
        }
        if state.wait == .close, !isHalfClosed {
            isHalfClosed = true
            // A full close with unread bytes would reset the connection, and the client could lose its response.
            context.close(mode: .output, promise: nil)
            context.read()
        }
        schedule(context)
        return true
    }

    private func schedule(_ context: ChannelHandlerContext) {
        guard let deadline = state.deadline else { return }
        if let timer, timer.at <= deadline { return }
        timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            guard let context = self.context, let deadline = self.state.deadline else { return }
            if deadline <= context.eventLoop.now { self.expire(context) } else { self.schedule(context) }
        }
        timer = (deadline, task)
    }

    private func expire(_ context: ChannelHandlerContext) {
        switch state.wait {
        case .head:
            fail(.timedOut(.head, seconds: limits.head.seconds), context)
        case .body:
            state.inputFailed(now: context.eventLoop.now)
            settle(context)
            // The route that reads the body sends the response.
            context.fireErrorCaught(RequestError.timedOut(.body, seconds: limits.body.seconds))
        case .request, .reader, .close:
            context.close(promise: nil)
        case .answer:
            break
        }
    }
}

extension TimeAmount {
    fileprivate var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
