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
        let creation = body.request(idempotencyKey: key)
        let preference = CreatePreference(Preferences(request.headers))
        let outcome = try await service.create(
            creation,
            preference,
            progress: progress(of: creation, preference, context),
            logger: context.logger
        )
        var headers: HTTPFields = [.location: "/stacks/\(outcome.stack.record.id)"]
        headers.add(outcome.warnings)
        headers.add(applied: preference, to: outcome)
        return .json(CreatedBody(outcome), status: outcome.isAccepted ? .accepted : outcome.isReplay ? .ok : .created, headers: headers)
    }

    /// Returns the progress of a create, which ends its wait when the client leaves or the service ends.
    private func progress(of creation: CreateRequest, _ preference: CreatePreference, _ context: APIContext) -> CreateProgress {
        let progress = CreateProgress()
        guard creation.isNameless || preference != .none else { return progress }
        context.watchAnswer { [service, logger = context.logger] report in
            if report == .clientLeft, creation.isNameless {
                service.abandon(progress, logger: logger)
            } else {
                progress.hurry()
            }
        }
        return progress
    }

    func show(_ request: Request, _ context: APIContext) async throws -> Response {
        .json(StackBody(try await service.stack(try stackID(context), logger: context.logger)))
    }

    func status(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try stackID(context)
        guard let wait = try StatusQuery.wait(request.uri) else {
            return .json(StatusBody(try await service.stack(id, logger: context.logger)))
        }
        context.watchAnswer { _ in wait.end() }
        return .json(StatusBody(try await service.stack(id, after: wait, logger: context.logger)))
    }

    func renew(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try stackID(context)
        let body = try await RenewBody.read(from: request, context)
        return .json(StackBody(try await service.renew(id, timeToLive: body.timeToLive, logger: context.logger)))
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try stackID(context)
        let respondsAsync = Preferences(request.headers).respondsAsync
        let outcome = try await service.delete(id, respondsAsync: respondsAsync, logger: context.logger)
        var headers = HTTPFields()
        if respondsAsync, let name = HTTPField.Name("Preference-Applied") { headers[name] = "respond-async" }
        let body = DeletedBody(deleted: outcome == .gone, stackID: id.description)
        return try .json(body, status: outcome == .gone ? .ok : .accepted, headers: headers)
    }

    func listOfUser(_ request: Request, _ context: APIContext) async throws -> Response {
        let text = try parameter("user_id", context)
        guard let userID = Int64(decimal: text), userID > 0 else {
            throw StackError(.invalidRequest, "user_id: \"\(text.prefix(40))\" is not a positive 64-bit integer")
        }
        let stacks = try await service.stacks(ofUser: userID, logger: context.logger)
        return .json(UserStacksBody(userID: userID, stacks: stacks))
    }

    func stats(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(StatsBody(try await service.stats(logger: context.logger)))
    }

    /// Returns the stack id. A malformed id is the id of no stack, so the response is 404.
    func stackID(_ context: APIContext) throws -> StackID {
        let text = try parameter("stack_id", context)
        guard let id = StackID(text) else { throw StackError(.stackNotFound, "no stack \(text.prefix(40))") }
        return id
    }

    /// Returns a path parameter without its percent-encoding; unchanged if the encoding is invalid.
    private func parameter(_ name: String, _ context: APIContext) throws -> String {
        let text = try context.parameters.require(name)
        return text.utf8.contains(UInt8(ascii: "%")) ? text.removingPercentEncoding ?? text : text
    }
}
