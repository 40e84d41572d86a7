import HTTPTypes
import Hummingbird
import NIOCore
import Stacks

/// `GET /stacks/events`: a snapshot of all stacks, then each change, as server-sent events.
struct EventRoutes {
    private let hub: EventHub
    private let limits: EventLimits
    private let sleep: @Sendable (Duration) async throws -> Void

    private static let commentInterval: Duration = .seconds(15)

    init(
        hub: EventHub,
        limits: EventLimits,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.hub = hub
        self.limits = limits
        self.sleep = sleep
    }

    var table: [Route] {
        [
            Route(
                operation: Operation(
                    method: .get,
                    path: "/stacks/events",
                    id: "streamStacks",
                    tag: .stacks,
                    summary: "Streams every change of every stack as server-sent events.",
                    text: "The first event is snapshot, with a StackList. Then come stack, with a Stack, and removed, with its stack_id. A "
                        + "comment comes every 15 seconds. A client whose connection ends comes again, and gets a new snapshot.",
                    replies: [
                        Reply(
                            .ok,
                            "a stream without an end",
                            [Reply.Content(mediaType: EventMessage.contentType, schema: .string())],
                            headers: [
                                .noStore,
                                Reply.Header(name: "X-Accel-Buffering", text: "lets nginx pass each event on", schema: .choice(["no"])),
                            ]
                        )
                    ],
                    codes: .read + [.tooManyListeners]
                ),
                handler: stream
            )
        ]
    }

    func stream(_ request: Request, _ context: APIContext) async throws -> Response {
        var headers: HTTPFields = [.contentType: EventMessage.contentType, .cacheControl: "no-store"]
        // Without it, nginx collects the response before it sends any of it.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        guard request.method != .head else { return Response(status: .ok, headers: headers) }

        let consumer = EventConsumer(limits: limits) { context.closeConnection() }
        let ticket = try hub.add(consumer)
        // The body below is not written at all when the client has left before its head.
        context.watchAnswer { report in
            if report == .clientLeft { hub.remove(ticket) }
            consumer.end(.over)
        }
        let first = await first(of: consumer)
        if case .end(let end) = first {
            hub.remove(ticket)
            if case .failed(let error) = end { throw error }
        }
        context.closeWhenUnacknowledged()
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                defer { hub.remove(ticket) }
                try await writer.write(EventMessage.retry)
                try await write(first, of: consumer, to: &writer)
                try await writer.finish(nil)
            }
        )
    }

    /// Waits for the snapshot, so that a store that is down is an error and no empty stream.
    private func first(of consumer: EventConsumer) async -> EventConsumer.Next {
        while !Task.isCancelled {
            let next = consumer.take()
            guard next == .nothing else { return next }
            await consumer.wait()
        }
        return .end(.over)
    }

    @concurrent private func write(_ first: EventConsumer.Next, of consumer: EventConsumer, to writer: inout any ResponseBodyWriter)
        async throws
    {
        try await withThrowingTaskGroup { group in
            // One timer for the whole stream: one for each message would take longer than to write it.
            group.addTask { [sleep] in
                while true {
                    try await sleep(Self.commentInterval)
                    consumer.comment()
                }
            }
            defer { group.cancelAll() }
            var next = first
            while !Task.isCancelled {
                switch next {
                case .message(let message): try await writer.write(message)
                case .nothing: await consumer.wait()
                case .end(.over): return
                case .end(let end): throw end
                }
                next = consumer.take()
            }
        }
    }
}
