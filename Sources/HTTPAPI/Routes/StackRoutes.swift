import Foundation
import HTTPTypes
import Hummingbird
import Stacks

/// The routes of stacks: each reads its parameters, calls the service, and builds the response.
struct StackRoutes {
    let service: StackService
    /// The maximum body size of `POST /stacks`, in bytes: room for a Pod spec of the allowed size with any JSON escapes.
    static let maximumBodySize = 512 * 1024

    func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let key = try IdempotencyKey.read(from: request.headers)
        let body = try await CreateBody.read(from: request, context, requireOwner: service.settings.requireOwner)
        context.audit.userID = body.userID
        context.audit.problemID = body.problemID
        let outcome = try await service.create(body.request(idempotencyKey: key), logger: context.logger)
        var headers: HTTPFields = [.location: "/stacks/\(outcome.stack.record.id)"]
        headers.add(outcome.warnings)
        return try .json(CreatedBody(outcome), status: outcome.isReplay ? .ok : .created, headers: headers)
    }

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(StackListBody(stacks: try await service.stacks(logger: context.logger).map(StackBody.init)))
    }

    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(StackBody(try await service.stack(try stackID(context), logger: context.logger)))
    }

    func status(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try stackID(context)
        guard let wait = try StatusQuery.wait(request.uri) else {
            return try .json(StatusBody(try await service.stack(id, logger: context.logger)))
        }
        context.watchAnswer { _ in wait.end() }
        return try .json(StatusBody(try await service.stack(id, after: wait, logger: context.logger)))
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try stackID(context)
        try await service.delete(id, logger: context.logger)
        return try .json(DeletedBody(stackID: id.description))
    }

    func listOfUser(_ request: Request, _ context: APIContext) async throws -> Response {
        let text = try parameter("user_id", context)
        guard text.first != "+", let userID = Int64(text), userID > 0 else {
            throw StackError(.invalidRequest, "user_id: \"\(text.prefix(40))\" is not a positive 64-bit integer")
        }
        let stacks = try await service.stacks(ofUser: userID, logger: context.logger)
        return try .json(UserStacksBody(userID: userID, stacks: stacks.map(StackBody.init)))
    }

    func stats(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(StatsBody(try await service.stats(logger: context.logger)))
    }

    /// Returns the stack id. A malformed id is the id of no stack, so the response is 404.
    private func stackID(_ context: APIContext) throws -> StackID {
        let text = try parameter("stack_id", context)
        guard let id = StackID(text) else { throw StackError(.stackNotFound, "no stack \(text.prefix(40))") }
        return id
    }

    /// Returns a path parameter without its percent-encoding; unchanged if the encoding is invalid.
    private func parameter(_ name: String, _ context: APIContext) throws -> String {
        let text = try context.parameters.require(name)
        return text.removingPercentEncoding ?? text
    }
}
