import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// One record that cannot be read stops nothing for the others, and costs nobody a Pod.
@Suite struct UnreadableRecordTests {
    private static func orphan(_ bench: StackBench, user: Int64) async throws -> StackID {
        let id = try await bench.create(user: user).record.id
        _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
        try await bench.store.base.remove(id)
        return id
    }

    @Test func `its Pod and Service stay, and the others are repaired, listed and counted`() async throws {
        try await withStackBench { bench in
            let hidden = try await bench.create(user: 1).record
            let broken = try await bench.create(user: 2).record
            let healthy = try await bench.create(user: 3).record
            let orphan = try await Self.orphan(bench, user: 4)
            bench.cluster.removeService(broken.id)
            bench.store.unreadable.update { $0 = [UnreadableRecord(id: hidden.id, reason: "row: protocol is SCTP")] }
            let summary = await bench.reconciler.pass()
            #expect(summary.unreadable == 1 && summary.records == 2 && summary.failures == 0 && !summary.isQuiet)
            #expect(summary.repairs == [.objectMissing: 1, .orphan: 1])
            let state = bench.cluster.state.value
            #expect(Set(state.pods.keys) == [hidden.id, healthy.id] && Set(state.services.keys) == [hidden.id, healthy.id])
            #expect(state.pods[orphan] == nil)
            #expect(try await bench.service.stacks(logger: silentLogger).map(\.record.id) == [healthy.id])
            #expect(try await bench.service.stacks(ofUser: 3, logger: silentLogger).count == 1)
            #expect(try await bench.service.stats(logger: silentLogger).totalStacks == 1)
            let code = try await errorCode { _ = try await bench.stack(hidden.id) }
            #expect(code == .internalError)

            bench.time.advance(by: .seconds(7200))
            #expect(await bench.reconciler.pass().repairs == [.expired: 1])
            #expect(Set(bench.cluster.state.value.pods.keys) == [hidden.id])
        }
    }

    @Test func `while the id of one cannot be read nothing is an orphan, and what has expired is removed all the same`() async throws {
        try await withStackBench { bench in
            let orphan = try await Self.orphan(bench, user: 1)
            try await bench.create(user: 2)
            bench.store.unreadable.update { $0 = [UnreadableRecord(id: nil, reason: "row: stack_id is no id")] }
            bench.time.advance(by: .seconds(7200))
            let summary = await bench.reconciler.pass()
            #expect(summary.repairs == [.expired: 1] && summary.unreadable == 1)
            #expect(Set(bench.cluster.state.value.pods.keys) == [orphan])
            // What a watch reports is no better known than what a pass finds.
            #expect(try await bench.reconciler.reconcile(orphan) == .nothingToDo)
            bench.store.unreadable.update { $0 = [] }
            #expect(await bench.reconciler.pass().repairs == [.orphan: 1])
            try await bench.expectNothingLeft()
        }
    }
}
