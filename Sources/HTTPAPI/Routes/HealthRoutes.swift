import HTTPTypes
import Hummingbird
import Logging
import Stacks

/// Whether the process lives, and whether what it depends on answers.
struct HealthRoutes {
    let dependencies: [Dependency]
    /// How long a dependency has to answer.
    let timeout: Duration
    let sleep: @Sendable (Duration) async throws -> Void

    /// Alive; depends on nothing but the process.
    func health(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(["status": "ok"])
    }

    /// Asks every dependency at once; 503 unless all are well.
    func readiness(_ request: Request, _ context: APIContext) async throws -> Response {
        let states = await withTaskGroup(of: (String, ReadinessBody.State).self) { group in
            for dependency in dependencies {
                group.addTask { (dependency.name, await state(of: dependency, context.logger)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let isReady = states.values.allSatisfy { $0.status == "ok" }
        let body = ReadinessBody(status: isReady ? "ok" : "unavailable", dependencies: states)
        guard isReady else {
            let headers: HTTPFields = [.retryAfter: String(StackError.defaultRetryAfterSeconds)]
            return try .json(body, status: .serviceUnavailable, headers: headers)
        }
        return try .json(body)
    }

    /// What the dependency says, or that it says nothing in time.
    private func state(of dependency: Dependency, _ logger: Logger) async -> ReadinessBody.State {
        await withTaskGroup(of: ReadinessBody.State.self) { group in
            group.addTask { await answer(of: dependency, logger) }
            group.addTask {
                do { try await sleep(timeout) } catch { /* the check was faster, or the caller is gone */  }
                return ReadinessBody.State(status: "unavailable", message: "no answer within \(timeout.components.seconds) seconds")
            }
            defer { group.cancelAll() }
            for await state in group { return state }
            preconditionFailure("two tasks were added")
        }
    }

    private func answer(of dependency: Dependency, _ logger: Logger) async -> ReadinessBody.State {
        do {
            try await dependency.check()
            return ReadinessBody.State(status: "ok")
        } catch let error as StackError {
            return ReadinessBody.State(status: "unavailable", message: error.message)
        } catch {
            // Anybody may ask; what an error says of addresses and files is for the log.
            logger.warning("dependency unavailable", metadata: ["dependency": "\(dependency.name)", "error": "\(error)"])
            return ReadinessBody.State(status: "unavailable", message: "it cannot be reached or does not work; the log says why")
        }
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
