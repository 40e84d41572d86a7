import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// The reconciler as it runs: by the period, by events, and at the very end of a stack's time.
@Suite(.timeLimit(.minutes(1))) struct RunTests {
    private func withRunning(
        _ bench: StackBench,
        _ body: () async throws -> Void
    ) async throws {
        let running = Task { await bench.reconciler.run() }
        do { try await body() } catch { Issue.record(error) }
        running.cancel()
        await running.value
    }

    /// With a period that no test waits for.
    private var seldom: StackBench.Options {
        var options = StackBench.Options()
        options.settings.reconcileInterval = .seconds(1_000_000)
        return options
    }

    @Test func `passes follow each other by the period`() async throws {
        try await withStackBench { bench in
            try await withRunning(bench) {
                for pass in 1...3 {
                    try await bench.store.script.wait { $0.ended[.read] == pass }
                    try await bench.time.waitForSleeper(until: bench.time.now + 10)
                    bench.time.advance(by: .seconds(10))
                }
                try await bench.store.script.wait { $0.ended[.read] == 4 }
            }
        }
    }

    @Test func `a stack ends at its expiry, woken by nothing else`() async throws {
        try await withStackBench(seldom) { bench in
            try await withRunning(bench) {
                try await bench.store.script.wait { $0.ended[.read] == 1 }
                let record = try await bench.create().record
                try await bench.time.waitForSleeper(until: record.expiresAt)
                let (reads, sleeps) = (bench.store.script.value.begun[.read], bench.time.sleepCount)
                bench.time.advance(to: record.expiresAt - 1)
                #expect(bench.store.script.value.begun[.read] == reads)
                #expect(bench.time.sleepCount == sleeps)
                bench.time.advance(to: record.expiresAt + 0.001)
                try await bench.store.script.wait { $0.ended[.remove] == 1 }
                try await bench.expectNothingLeft()
            }
        }
    }

    @Test func `of several stacks each ends at its own time`() async throws {
        try await withStackBench(seldom) { bench in
            try await withRunning(bench) {
                try await bench.store.script.wait { $0.ended[.read] == 1 }
                var records: [StackRecord] = []
                for user in 1...3 {
                    records.append(try await bench.create(user: Int64(user)).record)
                    try await bench.time.waitForSleeper(until: records[0].expiresAt)
                    bench.time.advance(by: .seconds(60))
                }
                for (number, record) in records.enumerated() {
                    try await bench.time.waitForSleeper(until: record.expiresAt)
                    bench.time.advance(to: record.expiresAt + 0.001)
                    try await bench.store.script.wait { $0.ended[.remove] == number + 1 }
                    #expect(try await bench.store.base.allRecords() == Array(records[(number + 1)...]))
                }
            }
        }
    }

    @Test func `stacks of before the start are known from the first pass`() async throws {
        try await withStackBench(seldom) { bench in
            let record = try await bench.create().record
            try await withRunning(bench) {
                try await bench.time.waitForSleeper(until: record.expiresAt)
                bench.time.advance(to: record.expiresAt + 0.001)
                try await bench.store.script.wait { $0.ended[.remove] == 1 }
            }
        }
    }

    @Test(arguments: ["pod", "service"])
    func `an object that somebody removes ends its stack at once`(object: String) async throws {
        try await withStackBench(seldom) { bench in
            try await withRunning(bench) {
                try await bench.store.script.wait { $0.ended[.read] == 1 }
                let id = try await bench.create().record.id
                if object == "pod" { bench.cluster.removePod(id) } else { bench.cluster.removeService(id) }
                try await bench.store.script.wait { $0.ended[.remove] == 1 }
                try await bench.expectNothingLeft()
            }
        }
    }

    @Test func `a repair that is not answered delays no expiry`() async throws {
        try await withStackBench(seldom) { bench in
            try await withRunning(bench) {
                try await bench.store.script.wait { $0.ended[.read] == 1 }
                let expiring = try await bench.create(user: 1).record
                let broken = try await bench.create(user: 2).record
                bench.cluster.state.update { $0.script.held = [.objectsExist] }
                bench.cluster.removePod(broken.id)
                try await bench.cluster.state.wait { $0.script.begun[.objectsExist] == 1 }
                try await bench.time.waitForSleeper(until: expiring.expiresAt)
                bench.time.advance(to: expiring.expiresAt + 0.001)
                try await bench.store.script.wait { $0.ended[.remove] == 1 }
                #expect(try await bench.store.base.allRecords().map(\.id) == [broken.id])
                bench.cluster.state.update { $0.script.held = [] }
                try await bench.store.script.wait { $0.ended[.remove] == 2 }
            }
        }
    }

    @Test func `a Pod that takes its time ends the deletion when it ends`() async throws {
        try await withStackBench(seldom) { bench in
            try await withRunning(bench) {
                try await bench.store.script.wait { $0.ended[.read] == 1 }
                let record = try await bench.create().record
                bench.cluster.state.update { $0.termination = .never }
                try await bench.time.waitForSleeper(until: record.expiresAt)
                bench.time.advance(to: record.expiresAt + 0.001)
                try await bench.cluster.state.wait { $0.script.ended[.deletePod] == 1 }
                bench.cluster.finishTerminations()
                try await bench.store.script.wait { $0.ended[.remove] == 1 }
                try await bench.expectNothingLeft()
            }
        }
    }

    @Test func `an expired stack that cannot be removed yet is tried again after a moment, not without a pause`() async throws {
        for cause in ["failure", "lead", "lock", "not synced"] {
            let isLeading = Observed(cause != "lead")
            var options = seldom
            options.isLeading = { isLeading.value }
            try await withStackBench(options) { bench in
                try await withRunning(bench) {
                    try await bench.store.script.wait { $0.ended[.read] == 1 }
                    let record = try await bench.create().record
                    try await bench.time.waitForSleeper(until: record.expiresAt)
                    switch cause {
                    case "failure": bench.store.fail(.beginDelete)
                    case "not synced": bench.cluster.state.update { $0.isSynced = false }
                    default: break
                    }
                    let gate = Observed(cause != "lock")
                    async let held: Void = bench.service.locks.withLock(record.id) { do { try await gate.wait { $0 } } catch {} }
                    if cause == "lock" { await waitUntil { bench.service.locks.isHeld(record.id) } }

                    bench.time.advance(to: record.expiresAt + 0.001)
                    try await bench.time.waitForSleeper(until: bench.time.now + 1)
                    #expect(try await bench.store.base.allRecords() == [record])

                    gate.update { $0 = true }
                    await held
                    isLeading.update { $0 = true }
                    bench.cluster.state.update { $0.isSynced = true }
                    bench.time.advance(by: .milliseconds(1001))
                    try await bench.store.script.wait { $0.ended[.remove] == 1 }
                    try await bench.expectNothingLeft()
                }
            }
        }
    }

    @Test func `a stack of another replica ends at its expiry once a pass has read it`() async throws {
        try await withStackBench(seldom) { bench in
            try await withRunning(bench) {
                try await bench.store.script.wait { $0.ended[.read] == 1 }
                var record = StackRecord.sample(1, owner: "owner-2", port: 30000, createdAt: bench.time.now)
                try await bench.store.base.reserve(record, within: .unlimited)
                record = try await bench.store.base.activate(record.id, owner: "owner-2", nodeID: "node-1", at: bench.time.now)
                bench.cluster.addObjects(of: [record])
                bench.reconcileQueue.requestFullPass()
                try await bench.time.waitForSleeper(until: record.expiresAt)
                bench.time.advance(to: record.expiresAt + 0.001)
                try await bench.store.script.wait { $0.ended[.remove] == 1 }
                try await bench.expectNothingLeft()
            }
        }
    }

    @Test func `a watch event of a stack on which a request works is worked on after the request`() async throws {
        try await withStackBench(seldom) { bench in
            try await withRunning(bench) {
                try await bench.store.script.wait { $0.ended[.read] == 1 }
                let id = try await bench.create().record.id
                let gate = Observed(false)
                async let held: Void = bench.service.locks.withLock(id) { do { try await gate.wait { $0 } } catch {} }
                await waitUntil { bench.service.locks.isHeld(id) }
                bench.cluster.removePod(id)
                try await bench.time.waitForSleeper(until: bench.time.now + 1)
                #expect(try await bench.store.base.allRecords().map(\.id) == [id])
                gate.update { $0 = true }
                await held
                bench.time.advance(by: .seconds(1))
                try await bench.store.script.wait { $0.ended[.remove] == 1 }
                try await bench.expectNothingLeft()
            }
        }
    }

    @Test func `a store that cannot be read is tried again by the period`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.store.fail(.read)
            try await withRunning(bench) {
                try await bench.store.script.wait { $0.ended[.read] == 1 }
                try await bench.time.waitForSleeper(until: bench.time.now + 10)
                bench.time.advance(to: record.expiresAt)
                try await bench.store.script.wait { $0.ended[.remove] == 1 }
            }
        }
    }
}
