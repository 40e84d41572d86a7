import Hummingbird
import NIOCore
import NIOFoundationCompat
import Stacks

/// The optional body of `POST /stacks/{stack_id}/renew`.
struct RenewBody: Equatable {
    /// The requested life from now; nil for the service's default.
    var timeToLive: Duration?

    static func read(from request: Request, _ context: APIContext) async throws -> RenewBody {
        try RenewBody(json: Array(buffer: try await CreateBody.bytes(of: request, context)))
    }

    /// - Throws: ``StackError`` `invalid_request`.
    init(json: [UInt8]) throws {
        guard !json.isEmpty else { return }
        let ttl: JSONValue?
        do {
            ttl = try JSONObject(json).value("ttl")
        } catch JSONObject.Problem.duplicate(let key) {
            throw StackError(.invalidRequest, "\(key.prefix(80)): occurs twice in the body")
        } catch is JSONObject.Problem {
            throw StackError(.invalidRequest, "the body is not a JSON object; it must be empty or one such as {\"ttl\":\"1h\"}")
        }
        guard let ttl else { return }
        if case .null = ttl { return }
        guard let text = ttl.string, let duration = Duration(goNotation: text), duration >= .seconds(1) else {
            let found = ttl.string.map { "\"\($0.prefix(40))\"" } ?? ttl.found
            throw StackError(.invalidRequest, "ttl: is \(found); must be a duration of at least 1s, written as 30s, 2h or 1h30m")
        }
        timeToLive = duration
    }
}
