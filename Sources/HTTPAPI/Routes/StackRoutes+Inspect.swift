import HTTPTypes
import Hummingbird
import NIOCore
import Stacks

extension StackRoutes {
    func events(_ request: Request, _ context: APIContext) async throws -> Response {
        let events = try await service.events(of: try stackID(context), logger: context.logger)
        return try .json(EventListBody(events: events.map(EventBody.init)))
    }

    /// Responds with the last lines of a container's log. Browsers must not take the text of a challenge for anything else.
    func logs(_ request: Request, _ context: APIContext) async throws -> Response {
        let parameters = QueryParameters(request.uri.query)
        let container = try parameters.text("container")
        let lines = try parameters.integer("tail", in: 1...10_000) ?? 200
        let text = try await service.log(of: try stackID(context), container: container, lines: lines, logger: context.logger)
        let headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff"]
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

struct EventListBody: Encodable {
    var events: [EventBody]
}

struct EventBody: Encodable {
    @Nullable var time: String?
    @Nullable var type: String?
    @Nullable var reason: String?
    @Nullable var message: String?
    var count: Int
    @Nullable var object: String?

    init(_ event: StackEvent) {
        time = event.time?.rfc3339
        type = event.type
        reason = event.reason
        message = event.message
        count = event.count
        object = event.object
    }
}
