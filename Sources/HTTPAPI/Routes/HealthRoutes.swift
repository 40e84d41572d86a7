import HTTPTypes
import Hummingbird
import Stacks

/// The liveness and readiness endpoints.
struct HealthRoutes {
    let readiness: Readiness

    var table: [Route] {
        [
            Route(
                operation: Operation(
                    method: .get,
                    path: "/healthz",
                    id: "health",
                    tag: .operation,
                    summary: "Tells that the process lives; depends on nothing.",
                    replies: [.json(.ok, "the process lives", Schemas.health)],
                    needsKey: false
                ),
                handler: health
            ),
            Route(
                operation: Operation(
                    method: .get,
                    path: "/readyz",
                    id: "readiness",
                    tag: .operation,
                    summary: "Returns the state of each dependency.",
                    replies: [
                        .json(.ok, "all of them are available", Schemas.readiness),
                        .json(
                            .serviceUnavailable,
                            "one of them is unavailable",
                            Schemas.readiness,
                            headers: [.retryAfter(isRequired: true)]
                        ),
                    ],
                    needsKey: false
                ),
                handler: readiness
            ),
        ]
    }

    /// Responds 200 while the process lives; checks no dependency.
    func health(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(["status": "ok"])
    }

    /// Responds 503 unless all dependencies are available.
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

/// A dependency without which requests fail.
package struct Dependency: Sendable {
    /// The key of the dependency in the response.
    package var name: String
    /// Returns a remark for operators, if any. Throws if the dependency is unavailable: a ``StackError`` with a message for callers, or any
    /// other error for the log only. Ends soon after cancellation.
    package var check: @Sendable () async throws -> String?

    package init(name: String, check: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.check = {
            try await check()
            return nil
        }
    }

    /// Creates a dependency with a remark that `GET /readyz` shows although the dependency is available.
    /// - Parameter note: returns the remark; nil for none.
    package static func noted(_ name: String, note: @escaping @Sendable () async throws -> String?) -> Dependency {
        var dependency = Dependency(name: name, check: {})
        dependency.check = note
        return dependency
    }
}
