import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// The request in whose name each effect on store and cluster takes place.
@Suite(.timeLimit(.minutes(1))) struct RequestTraceTests {
    /// The id of the request at each effect.
    private final class Effects: Sendable {
        let seen = Observed<[(effect: Failpoint.Effect, request: String?)]>([])

        func note(_ point: Failpoint) {
            if point.moment == .before { seen.update { $0.append((point.effect, RequestTrace.current?.requestID)) } }
        }

        /// The requests of the effects since the last call.
        func take() -> [String?: Set<Failpoint.Effect>] {
            seen.update { seen in
                defer { seen = [] }
                return seen.reduce(into: [:]) { $0[$1.request, default: []].insert($1.effect) }
            }
        }
    }

    private func withBench(_ body: (StackBench, Effects) async throws -> Void) async throws {
        let effects = Effects()
        var options = StackBench.Options()
        options.failpoint = { effects.note($0) }
        try await withStackBench(options) { try await body($0, effects) }
    }

    private func request<Result>(_ id: String, _ body: () async throws -> Result) async throws -> Result {
        var generator = SystemRandomNumberGenerator()
        let trace = RequestTrace(context: .random(using: &generator), requestID: id)
        return try await RequestTrace.$current.withValue(trace) { try await body() }
    }

    @Test func `the jobs of a create and of a delete belong to their requests`() async throws {
        try await withBench { bench, effects in
            let id = try await request("create") { try await bench.create().record.id }
            #expect(effects.take() == ["create": [.reserve, .createPod, .createService, .activate]])
            try await request("delete") { try await bench.delete(id) }
            #expect(effects.take() == ["delete": [.beginDelete, .deleteService, .deletePod, .remove]])
            #expect(bench.service.origins.count == 0)
        }
    }

    @Test func `the undo of a create belongs to its request`() async throws {
        try await withBench { bench, effects in
            bench.cluster.state.update { $0.scheduling = .never }
            _ = try await errorCode { _ = try await request("create") { try await bench.create() } }
            #expect(effects.take().keys.map { $0 } == ["create"])
            #expect(bench.service.origins.count == 0)
        }
    }

    @Test func `what the reconciler ends for a request belongs to it, and its other repairs to none`() async throws {
        try await withBench { bench, effects in
            let (mine, expired) = (try await bench.create(user: 1).record.id, try await bench.create(user: 2).record.id)
            bench.cluster.state.update { $0.termination = .never }
            try await request("delete") { try await bench.deletePending(mine) }
            _ = effects.take()
            bench.cluster.state.update { $0.termination = .atOnce }
            bench.cluster.removeService(mine)
            bench.cluster.removePod(mine)
            await bench.reconciler.pass()
            #expect(effects.take() == ["delete": [.deleteService, .deletePod, .remove]])
            #expect(bench.service.origins.count == 0)
            bench.time.advance(by: .seconds(7200))
            await bench.reconciler.pass()
            #expect(effects.take() == [nil: [.deleteService, .deletePod, .remove]])
            #expect(try await bench.store.base.record(expired) == nil)
        }
    }

    @Test func `each stack that a delete of many marks is removed in the name of that request`() async throws {
        try await withBench { bench, effects in
            for problem in 1...3 { try await bench.create(user: 7, problem: Int64(problem)) }
            _ = effects.take()
            let count = try await request("many") {
                try await bench.service.deleteAll(of: OwnerFilter(userID: 7, problemID: nil), logger: silentLogger)
            }
            #expect(count == 3)
            await bench.reconciler.pass()
            #expect(effects.take() == ["many": [.beginDelete, .deleteService, .deletePod, .remove]])
            #expect(bench.service.origins.count == 0)
        }
    }

    @Test func `what is remembered of requests is bounded`() async throws {
        let origins = RequestOrigins(limit: 3)
        origins.remember(.numbered(1))
        #expect(origins.count == 0, "no request, nothing to remember")
        try await request("r") { for number in 1...10 { origins.remember(.numbered(number)) } }
        #expect(origins.count <= 3 && origins.trace(of: .numbered(10))?.requestID == "r")
    }
}
