import AsyncHTTPClient
import Foundation
import NIOHTTP1
import Synchronization
import TestBasics

/// Users who create, renew and delete at random, and what each may believe after the answers that it got.
final class RandomRun: Sendable {
    struct Target: Hashable, Sendable {
        var user: Int64
        var problem: Int64
    }

    /// What the last answers say of a user's stack for a problem.
    enum Belief: Sendable, Equatable {
        case absent
        case present(String)
        /// A create was accepted, or stands in the way of another. It may have failed since.
        case accepted(String)
        /// An answer was lost, or promised nothing.
        case unknown
    }

    private struct State {
        var beliefs: [Target: Belief] = [:]
        /// The latest `ttl_expires_at` that was answered for a stack.
        var ends: [String: String] = [:]
        var answers: [String: Int] = [:]
        var lies: [String] = []
        /// What the service logged.
        var lines: [Substring] = []
    }

    static let users: Int64 = 50
    static let problems: Int64 = 3
    /// Fewer than problems, so that users reach it.
    static let stacksPerUser = 2
    private let state = Mutex(State())
    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    var answers: [String: Int] { state.withLock { $0.answers } }
    var lies: [String] { state.withLock { $0.lies } }
    /// What the service logged about the stacks that it lied about.
    var linesAboutLies: [Substring] {
        state.withLock { state in
            let ids = Set(state.lies.flatMap { $0.matches(of: /stack-[0-9a-f]{16}/).map { String($0.output) } })
            return state.lines.filter { line in ids.contains { line.contains($0) } }
        }
    }
    var beliefs: [Target: Belief] { state.withLock { $0.beliefs } }
    var ends: [String: String] { state.withLock { $0.ends } }

    func remember(_ log: String) { state.withLock { $0.lines += log.split(separator: "\n") } }

    /// What one user does.
    /// - Parameters:
    ///   - gate: holds the service while it runs; requests wait for it.
    ///   - progress: counts what was done.
    func play(user: Int64, operations: Int, gate: Observed<APIClient?>, progress: Observed<Int>) async throws {
        var generator = SeededGenerator(seed: seed &+ UInt64(user) &* 7919)
        for _ in 0..<operations {
            let api = try await gate.waitForValue { $0 }
            let target = Target(user: user, problem: Int64.random(in: 1...Self.problems, using: &generator))
            let belief = state.withLock { $0.beliefs[target] ?? .absent }
            switch (belief, Int.random(in: 0..<10, using: &generator)) {
            case (.present(let id), 0..<4), (.accepted(let id), 0..<2): await delete(id, target, belief, api)
            case (.present(let id), 4..<7): await renew(id, target, minutes: Int.random(in: 60...300, using: &generator), api)
            case (.accepted(let id), 2..<8): await settle(id, target, api)
            case (.present, 7), (.absent, 0), (.unknown, 0): await deleteAll(of: target, belief, api)
            default:
                let ports = Array(8080..<8080 + Int.random(in: 1...3, using: &generator))
                await create(target, belief, ports: ports, isAsync: Int.random(in: 0..<3, using: &generator) == 0, api)
            }
            progress.update { $0 += 1 }
        }
    }

    private func create(_ target: Target, _ before: Belief, ports: [Int], isAsync: Bool, _ api: APIClient) async {
        let headers = isAsync ? ["Prefer": "respond-async"] : [:]
        let made = await answer("create") {
            ports.count == 1
                ? try await api.create(user: target.user, problem: target.problem, headers: headers)
                : try await api.create(user: target.user, problem: target.problem, ports: ports, headers: headers)
        }
        // A stack that exists stays, whatever becomes of another create.
        func nothingIsKnown() {
            if case .present = before { return }
            setBelief(target, .unknown)
        }
        guard let answer = made else { return nothingIsKnown() }
        let id = answer.body["stack_id"]?.string
        switch (answer.status, before) {
        case (201, .present(let id)), (202, .present(let id)): lie("\(target): created although \(id) exists")
        case (201, _):
            setBelief(target, id.map { .present($0) } ?? .unknown)
            note(answer, of: id)
            if answer.body.nodePorts.count != ports.count { lie("\(target): \(ports.count) ports were asked for: \(answer.text)") }
        case (202, _):
            setBelief(target, id.map { .accepted($0) } ?? .unknown)
            if !isAsync { lie("\(target): accepted, although nobody asked for that: \(answer.text)") }
        case (409, .absent): lie("\(target): said to exist, but the last answer was that it does not: \(answer.text)")
        case (409, .present(let own)):
            if id != own || answer.body["retry"] == .bool(true) { lie("\(target): \(own) exists, and in the way stands \(answer.text)") }
        // What is being removed may still stand in the way; anything else exists, and may be in creation.
        case (409, _): if let id, answer.body["retry"] == .bool(false) { setBelief(target, .accepted(id)) }
        case (503, _) where answer.code == "user_stack_limit_reached": break
        case (503, _), (500, _): nothingIsKnown()
        default: lie("\(target): unexpected answer to a create: \(answer.status) \(answer.text)")
        }
    }

    /// Asks what has become of an asynchronous create.
    private func settle(_ id: String, _ target: Target, _ api: APIClient) async {
        guard let answer = await answer("status", { try await api.get("/stacks/\(id)/status?wait=5s&for=ready") }) else { return }
        switch (answer.status, answer.body["status"]?.string) {
        case (200, "running"): setBelief(target, .present(id))
        // A failed create holds nothing, so nothing bars the next one.
        case (200, "failed") where !answer.body.holdsPorts: setBelief(target, .absent)
        case (200, "creating"), (500, _), (503, _): break
        // It is being undone, or its Pod has come to an end.
        case (200, _), (404, _): setBelief(target, .unknown)
        default: lie("\(target): unexpected answer about a status: \(answer.status) \(answer.text)")
        }
    }

    private func renew(_ id: String, _ target: Target, minutes: Int, _ api: APIClient) async {
        let body = "{\"ttl\":\"\(minutes)m\"}"
        guard let answer = await answer("renew", { try await api.send(.POST, "/stacks/\(id)/renew", body: body) }) else { return }
        switch answer.status {
        case 200: note(answer, of: id)
        case 500, 503: break
        default: lie("\(target): unexpected answer to a renewal of \(id): \(answer.status) \(answer.text)")
        }
    }

    private func delete(_ id: String, _ target: Target, _ before: Belief, _ api: APIClient) async {
        guard let answer = await answer("delete", { try await api.delete(id) }) else { return setBelief(target, .unknown) }
        switch (answer.status, before) {
        case (200, _): setBelief(target, .absent)
        case (404, .accepted): setBelief(target, .unknown)
        case (404, _): lie("\(target): \(id) is not found, but nobody has deleted it")
        // What goes on by itself still stands in the way for a while.
        case (202, _), (500, _), (503, _): setBelief(target, .unknown)
        default: lie("\(target): unexpected answer to a delete: \(answer.status) \(answer.text)")
        }
    }

    private func deleteAll(of target: Target, _ before: Belief, _ api: APIClient) async {
        let path = "/stacks?user_id=\(target.user)&problem_id=\(target.problem)"
        let marked = await answer("bulk delete") { try await api.send(.DELETE, path) }
        if before != .absent { setBelief(target, .unknown) }
        guard let answer = marked else { return }
        switch (answer.status, answer.body["marked"]?.int, before) {
        case (202, 1, .present), (202, 0, .absent), (202, 0, .unknown), (202, 1, .unknown), (500, _, _), (503, _, _): break
        default: lie("\(target), \(before): unexpected answer to a bulk delete: \(answer.status) \(answer.text)")
        }
    }

    /// nil when no answer came.
    private func answer(_ what: String, _ request: () async throws -> APIClient.Answer) async -> APIClient.Answer? {
        do {
            let answer = try await request()
            count("\(what) \(answer.status) \(answer.code ?? "")")
            return answer
        } catch {
            count("no answer")
            return nil
        }
    }

    /// The end of a stack never becomes earlier.
    private func note(_ answer: APIClient.Answer, of id: String?) {
        guard let id, let end = answer.body["ttl_expires_at"]?.string else { return lie("no end: \(answer.text)") }
        let before = state.withLock { state in
            defer { state.ends[id] = end }
            return state.ends[id] ?? ""
        }
        if end < before { lie("\(id): ended at \(before), and now at \(end)") }
    }

    private func setBelief(_ target: Target, _ belief: Belief) { state.withLock { $0.beliefs[target] = belief } }
    private func lie(_ text: String) { state.withLock { $0.lies.append(text) } }
    private func count(_ answer: String) { state.withLock { $0.answers[answer, default: 0] += 1 } }
}
