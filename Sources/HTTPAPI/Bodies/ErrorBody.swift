import PodPolicy

/// The body of every error response.
struct ErrorBody: Encodable {
    var error: String
    var code: String
    var details: [ProblemBody]?
    /// The stack that stands in the way of a create, and whether it is on its way out.
    var stackID: String?
    var retry: Bool?
    var requestID: String?

    enum CodingKeys: String, CodingKey {
        case error, code, details, retry
        case stackID = "stack_id"
        case requestID = "request_id"
    }
}

/// One problem of a rejected Pod spec.
struct ProblemBody: Encodable {
    var path: String
    var code: String
    var message: String
    var line: Int?
    var column: Int?

    init(_ problem: PodSpecProblem) {
        path = problem.path
        code = problem.code
        message = problem.message
        line = problem.line
        column = problem.column
    }
}
