import HummingbirdCore
import Stacks

/// The query of `GET /stacks/{stack_id}/status`: `wait`, a duration as Go writes it, and `for=ready`.
enum StatusQuery {
    /// - Returns: nil without `wait`.
    /// - Throws: ``StackError`` `invalid_request`.
    static func wait(_ uri: URI) throws -> StackWait? {
        let goal = try single("for", uri)
        guard let goal = goal.map({ $0 == "ready" ? StackWait.Goal.ready : nil }) ?? .change else {
            throw StackError(.invalidRequest, "for: is \"\(goal?.prefix(40) ?? "")\"; must be ready")
        }
        guard let text = try single("wait", uri) else {
            guard goal == .change else { throw StackError(.invalidRequest, "for: needs wait, as in ?wait=20s&for=ready") }
            return nil
        }
        guard let time = Duration(goNotation: text) else {
            throw StackError(.invalidRequest, "wait: is \"\(text.prefix(40))\"; must be a duration such as 20s; 60s is the longest")
        }
        return StackWait(goal, atMost: time)
    }

    private static func single(_ name: String, _ uri: URI) throws -> String? {
        let values = uri.queryParameters[values: name[...]]
        guard values.count <= 1 else { throw StackError(.invalidRequest, "\(name): stands \(values.count) times in the query") }
        return values.first.map(String.init)
    }
}
