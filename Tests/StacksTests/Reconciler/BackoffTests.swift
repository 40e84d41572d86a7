import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct BackoffTests {
    @Test func `one stack that fails does not keep the others, and is tried again by itself`() async throws {
        try await withStackBench { bench in
            for user in 1...20 { try await bench.create(user: Int64(user)) }
            bench.time.advance(by: .seconds(7200))
            bench.cluster.fail(.deletePod)
            let first = await bench.reconciler.pass()
            #expect(first.repairs == [.expired: 19])
            #expect(first.failures == 1)
            let second = await bench.reconciler.pass()
            #expect(second.postponed == 1)
            #expect(second.repairs.isEmpty)
            bench.time.advance(by: .seconds(1))
            #expect(await bench.reconciler.pass().repairs == [.expired: 1])
            try await bench.expectNothingLeft()
        }
    }

    @Test func `each failure doubles the pause, up to 16 seconds`() async throws {
        try await withStackBench { bench in
            try await bench.create()
            bench.time.advance(by: .seconds(7200))
            bench.cluster.fail(.deletePod, times: .max)
            for pause in [1, 2, 4, 8, 16, 16, 16] {
                #expect(await bench.reconciler.pass().failures == 1)
                bench.time.advance(by: .milliseconds(pause * 1000 - 1))
                #expect(await bench.reconciler.pass().postponed == 1)
                bench.time.advance(by: .milliseconds(1))
            }
            bench.cluster.recover()
            #expect(await bench.reconciler.pass().repairs == [.expired: 1])
        }
    }

    @Test func `a success ends the pauses of before`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { $0.pods[id]?.isWatched = false }
            bench.cluster.fail(.objectsExist, times: 3)
            for pause in [1, 2, 4] {
                #expect(await bench.reconciler.pass().failures == 1)
                bench.time.advance(by: .seconds(pause))
            }
            #expect(await bench.reconciler.pass().isQuiet)
            bench.cluster.fail(.objectsExist)
            #expect(await bench.reconciler.pass().failures == 1)
            bench.time.advance(by: .seconds(1))
            #expect(await bench.reconciler.pass().isQuiet)
        }
    }
}
