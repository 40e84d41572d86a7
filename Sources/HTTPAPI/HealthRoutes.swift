import Hummingbird

/// Whether the process lives, and whether what it depends on answers.
struct HealthRoutes {
    let dependencies: [Dependency]

    /// Alive; depends on nothing but the process.
    func health(_ request: Request, _ context: APIContext) async throws -> Response {
        try .json(["status": "ok"])
    }

    /// Asks every dependency at once; 503 unless all are well.
    func readiness(_ request: Request, _ context: APIContext) async throws -> Response {
        let states = await withTaskGroup(of: (String, ReadinessBody.State).self) { group in
            for dependency in dependencies {
                group.addTask { (dependency.name, await dependency.state()) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let isReady = states.values.allSatisfy { $0.status == "ok" }
        let body = ReadinessBody(status: isReady ? "ok" : "unavailable", dependencies: states)
        return try .json(body, status: isReady ? .ok : .serviceUnavailable)
    }
}

/// Something without which requests cannot be served.
package struct Dependency: Sendable {
    package var name: String
    /// Throws, with a sentence for the operator, when it is not there.
    package var check: @Sendable () async throws -> Void

    package init(name: String, check: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.check = check
    }

    func state() async -> ReadinessBody.State {
        do {
            try await check()
            return ReadinessBody.State(status: "ok")
        } catch {
            return ReadinessBody.State(status: "unavailable", message: "\(error)")
        }
    }
}
