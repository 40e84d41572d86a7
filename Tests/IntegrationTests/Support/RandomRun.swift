import AsyncHTTPClient
import Foundation
import Synchronization
import TestBasics

/// Users who create and delete at random, and what each may believe after the answers that it got.
final class RandomRun: Sendable {
    struct Target: Hashable, Sendable {
        var user: Int64
        var problem: Int64
    }

    /// What the last answers say of a user's stack for a problem.
    enum Belief: Sendable, Equatable {
        case absent
        case present(String)
        /// An answer was lost, or promised nothing.
        case unknown
    }

    private struct State {
        var beliefs: [Target: Belief] = [:]
        var answers: [String: Int] = [:]
        var lies: [String] = []
    }

    static let users: Int64 = 50
    static let problems: Int64 = 3
    private let state = Mutex(State())
    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    var answers: [String: Int] { state.withLock { $0.answers } }
    var lies: [String] { state.withLock { $0.lies } }
    var beliefs: [Target: Belief] { state.withLock { $0.beliefs } }

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
            if case .present(let id) = belief, Int.random(in: 0..<5, using: &generator) > 0 {
                await delete(id, target, api)
            } else {
                await create(target, belief, api)
            }
            progress.update { $0 += 1 }
        }
    }

    private func create(_ target: Target, _ before: Belief, _ api: APIClient) async {
        guard let answer = await answer({ try await api.create(user: target.user, problem: target.problem) }) else {
            if before == .absent { setBelief(target, .unknown) }
            return
        }
        count("create \(answer.status) \(answer.code ?? "")")
        switch (answer.status, before) {
        case (201, .present(let id)): lie("\(target): created although \(id) exists")
        case (201, _): setBelief(target, answer.body["stack_id"]?.string.map { .present($0) } ?? .unknown)
        // What is being removed may still stand in the way.
        case (409, .absent): lie("\(target): said to exist, but the last answer was that it does not")
        case (409, _): break
        case (503, .unknown), (500, .unknown): break
        case (503, _), (500, _): if before == .absent { setBelief(target, .unknown) }
        default: lie("\(target): unexpected answer to a create: \(answer.status) \(answer.text)")
        }
    }

    private func delete(_ id: String, _ target: Target, _ api: APIClient) async {
        guard let answer = await answer({ try await api.delete(id) }) else { return setBelief(target, .unknown) }
        count("delete \(answer.status) \(answer.code ?? "")")
        switch answer.status {
        case 200: setBelief(target, .absent)
        case 404: lie("\(target): \(id) is not found, but nobody has deleted it")
        case 500, 503: setBelief(target, .unknown)
        default: lie("\(target): unexpected answer to a delete: \(answer.status) \(answer.text)")
        }
    }

    /// nil when no answer came.
    private func answer(_ request: () async throws -> APIClient.Answer) async -> APIClient.Answer? {
        do { return try await request() } catch {
            count("no answer")
            return nil
        }
    }

    private func setBelief(_ target: Target, _ belief: Belief) { state.withLock { $0.beliefs[target] = belief } }
    private func lie(_ text: String) { state.withLock { $0.lies.append(text) } }
    private func count(_ answer: String) { state.withLock { $0.answers[answer, default: 0] += 1 } }
}
