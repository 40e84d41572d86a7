import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct BulkDeleteTests {
    private func deleteAll(_ bench: StackBench, user: Int64? = nil, problem: Int64? = nil) async throws -> Int {
        try await bench.service.deleteAll(of: OwnerFilter(userID: user, problemID: problem), logger: silentLogger)
    }

    @Test func `the stacks of a problem are marked before the answer, and are gone after the next pass`() async throws {
        try await withStackBench { bench in
            for user in 1...5 { for problem in 1...2 { try await bench.create(user: Int64(user), problem: Int64(problem)) } }
            #expect(try await deleteAll(bench, problem: 1) == 5)
            let records = try await bench.store.allRecords()
            #expect(records.allSatisfy { ($0.state == .deleting) == ($0.problemID == 1) })
            #expect(try await bench.service.stacks(logger: silentLogger).count == 5)
            #expect(try await deleteAll(bench, problem: 1) == 0)
            #expect(await bench.reconciler.pass().repairs == [.interruptedDelete: 5])
            #expect(try await deleteAll(bench, user: 2, problem: 2) == 1)
            #expect(try await deleteAll(bench, user: 3) == 1)
            await bench.reconciler.pass()
            #expect(Set(try await bench.store.allRecords().map(\.userID)) == [1, 4, 5])
        }
    }

    @Test func `a create at work is marked as well, and ends`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let code = errorCode { try await bench.create() }
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            #expect(try await deleteAll(bench, user: 1) == 1)
            bench.cluster.schedule(id)
            #expect(try await code == .kubernetesUnavailable)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `nothing is marked while the namespace belongs to another store`() async throws {
        var options = StackBench.Options()
        options.mayDelete = { throw StackError(.installationMismatch, "not ours") }
        try await withStackBench(options) { bench in
            let stack = try await bench.create()
            #expect(try await errorCode { _ = try await deleteAll(bench, user: 1) } == .installationMismatch)
            #expect(try await bench.store.allRecords() == [stack.record])
        }
    }
}
