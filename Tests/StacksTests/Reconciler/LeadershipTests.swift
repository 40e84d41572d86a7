import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct LeadershipTests {
    /// Leads for so many questions, then no longer.
    private func options(leadingFor questions: Int) -> StackBench.Options {
        let asked = Observed(0)
        var options = StackBench.Options()
        options.isLeading = {
            asked.update { asked in
                asked += 1
                return asked <= questions
            }
        }
        return options
    }

    @Test(arguments: 0...4)
    func `a replica that loses the lead writes nothing more`(writes: Int) async throws {
        try await withStackBench(options(leadingFor: writes)) { bench in
            try await bench.create()
            bench.time.advance(by: .seconds(7200))
            let summary = await bench.reconciler.pass()
            #expect(summary.failures == 0, "losing the lead is no failure of the stack")
            let calls = bench.store.script.value.begun
            let done = [
                calls[.beginDelete] ?? 0, bench.cluster.count(.deleteService), bench.cluster.count(.deletePod), calls[.remove] ?? 0,
            ]
            #expect(done == (0..<4).map { $0 < writes ? 1 : 0 })
            #expect(summary.repairs == (writes == 4 ? [.expired: 1] : [:]))
        }
    }

    @Test func `after its term a replica's queue stays empty`() async throws {
        try await withStackBench { bench in
            let term = Task { await bench.reconciler.run() }
            try await bench.store.script.wait { ($0.ended[.read] ?? 0) > 0 }
            term.cancel()
            await term.value
            bench.reconcileQueue.stackChanged(.numbered(1))
            bench.reconcileQueue.expiryAdded(.numbered(2), bench.time.now)
            #expect(bench.reconcileQueue.isEmpty)
        }
    }

    @Test func `objects without a record stay when the namespace turns out to be another store's`() async throws {
        var options = StackBench.Options()
        options.ownsNamespace = { false }
        try await withStackBench(options) { bench in
            let id = try await bench.create().record.id
            _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
            try await bench.store.base.remove(id)
            #expect(await bench.reconciler.pass().repairs == [:])
            #expect(bench.cluster.pod(of: id) != nil && bench.cluster.hasService(of: id))
        }
    }

    @Test(arguments: 0...2)
    func `a replica that loses the lead removes no objects without a record`(writes: Int) async throws {
        try await withStackBench(options(leadingFor: writes)) { bench in
            let id = try await bench.create().record.id
            _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
            try await bench.store.base.remove(id)
            await bench.reconciler.pass()
            #expect([bench.cluster.count(.deleteService), bench.cluster.count(.deletePod)] == (0..<2).map { $0 < writes ? 1 : 0 })
        }
    }

    @Test func `requests work without the lead`() async throws {
        try await withStackBench(options(leadingFor: 0)) { bench in
            let stack = try await bench.create()
            try await bench.delete(stack.record.id)
            try await bench.expectNothingLeft()
        }
    }
}
