import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Somebody sets the wall clock while the service runs. Only the end of a stack's life is a matter of the wall clock.
@Suite(.timeLimit(.minutes(1))) struct ClockJumpTests {
    private static let jumps: [Duration] = [.seconds(-86_400), .seconds(-61), .seconds(61), .seconds(3600)]

    @Test(arguments: jumps)
    func `within the life of the stacks a jump changes nothing`(jump: Duration) async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.time.jump(by: jump)
            #expect(await bench.reconciler.pass().isQuiet)
            #expect(try await bench.service.stacks(logger: silentLogger).map(\.record) == [record])
            try await bench.create(user: 2)
        }
    }

    @Test func `after a jump beyond the end of a stack the next pass removes it`() async throws {
        try await withStackBench { bench in
            try await bench.create()
            bench.time.jump(by: .seconds(7201))
            #expect(await bench.reconciler.pass().repairs == [.expired: 1])
            try await bench.expectNothingLeft()
        }
    }

    @Test func `after a jump back the timer waits for the end that the clock shows now`() async throws {
        var options = StackBench.Options()
        options.settings.reconcileInterval = .seconds(1_000_000)
        try await withStackBench(options) { bench in
            let running = Task { await bench.reconciler.run() }
            try await bench.store.script.wait { $0.ended[.read] == 1 }
            let record = try await bench.create().record
            try await bench.time.waitForSleeper(until: record.expiresAt)
            bench.time.jump(by: .seconds(-3600))
            // The old end of the wait; nothing is due yet.
            bench.time.advance(by: .seconds(7201))
            try await bench.time.waitForSleeper(until: record.expiresAt)
            #expect(try await bench.store.base.allRecords() == [record])
            bench.time.advance(to: record.expiresAt + 0.001)
            try await bench.store.script.wait { $0.ended[.remove] == 1 }
            running.cancel()
            await running.value
        }
    }

    @Test(arguments: jumps)
    func `a failing stack is tried again after its pause, whatever the clock shows`(jump: Duration) async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
            bench.cluster.fail(.deletePod)
            #expect(await bench.reconciler.pass().failures == 1)
            bench.time.jump(by: jump)
            #expect(await bench.reconciler.pass().postponed == 1)
            bench.time.advance(by: .seconds(1))
            #expect(await bench.reconciler.pass().repairs == [.interruptedDelete: 1])
        }
    }

    @Test(arguments: jumps)
    func `another replica's reservation is reclaimed after its time, whatever either clock shows`(jump: Duration) async throws {
        try await withSQLiteStore { store in
            try await withStackBench(store: ScriptedStore(store, isExclusive: false)) { bench in
                // Its maker's clock is as far off.
                let record = StackRecord.sample(1, owner: "owner-2", createdAt: bench.time.now.addingTimeInterval(jump.timeInterval))
                try await bench.store.base.reserve(record, within: .unlimited)
                #expect(await bench.reconciler.pass().isQuiet)
                bench.time.jump(by: jump)
                bench.time.advance(by: .milliseconds(29_999))
                #expect(await bench.reconciler.pass().isQuiet)
                bench.time.advance(by: .milliseconds(1))
                #expect(await bench.reconciler.pass().repairs == [.abandonedReservation: 1])
            }
        }
    }

    @Test func `a change of port restarts the age of a reservation`() async throws {
        try await withSQLiteStore { store in
            try await withStackBench(store: ScriptedStore(store, isExclusive: false)) { bench in
                let record = StackRecord.sample(1, owner: "owner-2", createdAt: bench.time.now)
                try await bench.store.base.reserve(record, within: .unlimited)
                #expect(await bench.reconciler.pass().isQuiet)
                bench.time.advance(by: .seconds(29))
                try await bench.store.base.changePort(of: record.id, owner: "owner-2", from: record.nodePort, to: 30009, at: bench.time.now)
                #expect(await bench.reconciler.pass().isQuiet)
                bench.time.advance(by: .seconds(29))
                #expect(await bench.reconciler.pass().isQuiet)
                bench.time.advance(by: .seconds(1))
                #expect(await bench.reconciler.pass().repairs == [.abandonedReservation: 1])
            }
        }
    }

    @Test(arguments: jumps)
    func `a long cooldown ends after its time, whatever the clock shows`(jump: Duration) async throws {
        var options = StackBench.Options()
        options.ports = 30000...30000
        try await withStackBench(options) { bench in
            bench.cluster.state.update { $0.foreignPorts = [30000] }
            #expect(try await errorCode { try await bench.create() } == .nodePortsExhausted)
            bench.cluster.state.update { $0.foreignPorts = [] }
            bench.time.jump(by: jump)
            bench.time.advance(by: .seconds(299))
            #expect(try await errorCode { try await bench.create() } == .nodePortsExhausted)
            bench.time.advance(by: .seconds(1))
            try await bench.create()
        }
    }
}
