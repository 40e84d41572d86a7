import HTTPTypes
import Hummingbird
import Stacks

/// Whether the process lives, and whether what it depends on answers.
struct HealthRoutes {
    let readiness: Readiness

    /// Alive; depends on nothing but the process.
    func health(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(["status": "ok"])
    }

    /// 503 unless all dependencies are well.
    func readiness(_ request: Request, _ context: APIContext) async throws -> Response {
        let states = await readiness.states(logger: context.logger)
        let isReady = states.values.allSatisfy { $0.status == "ok" }
        let body = ReadinessBody(status: isReady ? "ok" : "unavailable", dependencies: states)
        guard isReady else {
            let headers: HTTPFields = [.retryAfter: String(StackError.defaultRetryAfterSeconds)]
            return try .json(body, status: .serviceUnavailable, headers: headers)
        }
        return try .json(body)
    }
}

/// Something without which requests cannot be served.
package struct Dependency: Sendable {
    /// Its key in the answer.
    package var name: String
    /// Throws when it is not there: a ``StackError`` for what callers may read, any other error for the log alone. Ends soon when its
    /// task is cancelled.
    package var check: @Sendable () async throws -> Void

    /// A dependency with its check.
    package init(name: String, check: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.check = check
    }
}
