import Foundation

/// The run of one command.
struct Session: Sendable {
    let client: ServerClient
    let console: Console
    let notes: Notes
    /// The create that may go on when the command ends early.
    let create = CreateProgress()

    func get(_ path: String, query: [(name: String, value: String)] = []) async throws -> ServerAnswer {
        try await client.send(ServerRequest(path: path, query: query))
    }

    /// Waits until a stack is ready, and shows each step that it waits for.
    /// - Returns: the last response, of a stack that is ready or cannot become so.
    func waitUntilReady(_ id: String) async throws -> (answer: ServerAnswer, status: StatusAnswer) {
        var query: [(name: String, value: String)] = []
        while true {
            let began = ContinuousClock.now
            let answer = try await get("/stacks/\(id)/status", query: query)
            let status = try answer.decoded(as: StatusAnswer.self)
            if status.ready == true || status.isOver {
                notes.finish()
                return (answer, status)
            }
            create.update(status)
            let step = status.message ?? status.reason ?? "not ready yet"
            notes.show("\(id) \(status.status): \(step)")
            // A server that does not know the parameters responds at once.
            if !query.isEmpty, ContinuousClock.now - began < .seconds(1) { try await console.sleep(.seconds(1)) }
            // Short, so that the step on the terminal is at most so old.
            query = [("wait", "10s"), ("for", "ready")]
        }
    }
}

extension StatusAnswer {
    /// - Throws: ``ClientFailure`` if the stack is not ready.
    func requireReady() throws {
        guard ready != true else { return }
        let why = [reason, message].compactMap(\.self).joined(separator: ": ")
        throw ClientFailure.unsuccessful("\(stackID) is \(status) and cannot become ready" + (why.isEmpty ? "" : ": \(why)"))
    }
}
