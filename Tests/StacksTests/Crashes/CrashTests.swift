import PodPolicy
import StackStoreSQLite
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// A process is killed at any instruction that matters, and another takes over.
@Suite(.timeLimit(.minutes(2))) struct CrashTests {
    /// Two ports, one stack per user, and a cluster with room for one: whatever is left behind stands in the way of the next create.
    private static func options(_ owner: String) -> StackBench.Options {
        var options = StackBench.Options()
        options.owner = owner
        options.ports = 30000...30001
        options.settings.maxPerUser = 1
        return options
    }

    private static func cluster() -> FakeCluster {
        let cluster = FakeCluster()
        cluster.state.update { $0.budget = ResourceAmount(cpuMilli: 100, memoryBytes: 64 << 20) }
        return cluster
    }

    @Test(arguments: Scenario.all, [true, false])
    func `two passes of the next process clear what a dead one left, and the user's next create works`(
        scenario: Scenario,
        isExclusive: Bool
    ) async throws {
        let (cluster, time, process) = (Self.cluster(), TestTime(), DyingProcess(at: scenario.point))
        try await withSQLiteStore { store in
            var options = Self.options("owner-1")
            options.failpoint = process.failpoint
            var work: Task<Void, any Error>?
            try await withStackBench(cluster: cluster, store: ScriptedStore(store, isExclusive: isExclusive), time: time, options) { dead in
                work = Task { try await scenario.run(on: dead) }
                try await process.waitUntilStopped()
                scenario.calm(cluster)
                let next = ScriptedStore(store, isExclusive: isExclusive)
                try await withStackBench(cluster: cluster, store: next, time: time, Self.options("owner-2")) { bench in
                    await bench.reconciler.pass()
                    // On a store of its own the next process need not wait: no other can be alive.
                    if !isExclusive { time.advance(by: bench.service.settings.portLockTTL) }
                    await bench.reconciler.pass()
                    if scenario.leavesStack {
                        let stack = try #require(try await bench.service.stacks(logger: silentLogger).first)
                        try await bench.delete(stack.record.id)
                    }
                    try await bench.expectNothingLeft(of: 2)
                    try await bench.create()
                    #expect(await bench.reconciler.pass().isQuiet)
                }
            }
            // Ends with its process.
            _ = await work?.result
        }
    }

    @Test(arguments: Scenario.all)
    func `a process that was only slow harms nothing that came after it, and leaves nothing`(scenario: Scenario) async throws {
        let (cluster, time, process) = (Self.cluster(), TestTime(), DyingProcess(at: scenario.point))
        cluster.state.update { $0.budget = ResourceAmount(cpuMilli: 200, memoryBytes: 128 << 20) }
        try await withSQLiteStore { store in
            var options = Self.options("owner-1")
            options.failpoint = process.failpoint
            try await withStackBench(cluster: cluster, store: ScriptedStore(store, isExclusive: false), time: time, options) { slow in
                let work = Task { try await scenario.run(on: slow) }
                try await process.waitUntilStopped()
                scenario.calm(cluster)
                let next = ScriptedStore(store, isExclusive: false)
                try await withStackBench(cluster: cluster, store: next, time: time, Self.options("owner-2")) { bench in
                    await bench.reconciler.pass()
                    time.advance(by: bench.service.settings.portLockTTL)
                    await bench.reconciler.pass()
                    let stack = try await bench.create(user: scenario.leavesStack ? 2 : 1)
                    process.resume()
                    let result = await work.result

                    // It has cleaned up after itself; no pass had to.
                    let records = try await store.allRecords()
                    #expect(records.contains(stack.record), "the new stack is untouched")
                    if scenario.work == .create, !scenario.isCreated { #expect(throws: StackError.self) { try result.get() } }
                    let state = cluster.state.value
                    #expect(Set(state.pods.keys) == Set(records.map(\.id)))
                    #expect(Set(state.services.keys) == Set(records.map(\.id)))
                    #expect(records.count == (scenario.isCreated ? 2 : 1))
                    #expect(bench.ports.freeCount == 2 - records.count)
                    #expect(await bench.reconciler.pass().isQuiet)
                }
            }
        }
    }

    @Test func `a Pod that is created after its create was undone is removed as an orphan`() async throws {
        let cluster = Self.cluster()
        try await withSQLiteStore { store in
            try await withStackBench(cluster: cluster, store: ScriptedStore(store), Self.options("owner-1")) { bench in
                // The API server carries out a request whose sender has given up on it.
                cluster.fail(.createPod, .before)
                #expect(try await errorCode { try await bench.create() } == .kubernetesUnavailable)
                try await bench.expectNothingLeft(of: 2)
                let late = try PodManifest.sample(of: .numbered(1))
                _ = try await cluster.createPod(late)
                #expect(await bench.reconciler.pass().repairs == [.orphan: 1])
                try await bench.expectNothingLeft(of: 2)
            }
        }
    }
}
