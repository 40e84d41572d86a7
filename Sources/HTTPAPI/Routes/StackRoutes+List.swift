import HTTPTypes
import Hummingbird
import Stacks

extension StackRoutes {
    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let parameters = QueryParameters(request.uri.query)
        let statuses = StackStatus.allCases.map(\.rawValue).joined(separator: ", ")
        let query = StackQuery(
            owner: try parameters.owner(),
            status: try parameters.value("status", "one of \(statuses)") { StackStatus(rawValue: $0) },
            cursor: try parameters.value("cursor", "the next_cursor of the page before, unchanged") { StackCursor($0) }
        )
        if let limit = try parameters.integer("limit", in: 1...1000) {
            return .json(StackPageBody(page: try await service.page(query, limit: limit, logger: context.logger)))
        }
        return .json(try await service.stacks(query, logger: context.logger), to: request.method)
    }

    /// Marks many stacks. An unknown parameter is refused: a filter with a misspelt name would delete more than was meant.
    func deleteMany(_ request: Request, _ context: APIContext) async throws -> Response {
        let parameters = QueryParameters(request.uri.query)
        try parameters.allowOnly(["user_id", "problem_id"])
        let owner = try parameters.owner()
        guard !owner.isEmpty else {
            throw StackError(.invalidRequest, "user_id, problem_id: one of them, or both, must say which stacks are to be deleted")
        }
        (context.audit.userID, context.audit.problemID) = (owner.userID, owner.problemID)
        let count = try await service.deleteAll(of: owner, logger: context.logger)
        return try .json(MarkedBody(marked: count), status: .accepted)
    }
}

struct MarkedBody: Encodable {
    var marked: Int
}
