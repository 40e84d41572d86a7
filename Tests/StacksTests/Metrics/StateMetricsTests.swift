import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// What is counted of passes, of the store, of ports and of capacity.
@Suite(.timeLimit(.minutes(1))) struct StateMetricsTests {
    @Test func `passes are counted by outcome, and removals by cause`() async throws {
        try await withMetrics { metrics in
            try await withStackBench { bench in
                try await bench.create()
                await bench.reconciler.pass()
                bench.time.advance(by: .seconds(7200))
                await bench.reconciler.pass()
                bench.store.fail(.read)
                await bench.reconciler.pass()
                bench.cluster.state.update { $0.isSynced = false }
                await bench.reconciler.pass()
            }
            #expect(metrics.counts("provisioner_reconcile_passes_total") == ["ok": 2, "failed": 1, "skipped": 1])
            #expect(metrics.counts("provisioner_removals_total") == ["expired": 1])
            #expect(metrics.samples["provisioner_reconcile_pass_duration_seconds_count"] == 3)
        }
    }

    @Test func `the stacks of the last pass are counted by status, and the oldest removal by its mark`() async throws {
        try await withStackBench { bench in
            #expect(bench.reconciler.counts == nil && bench.reconciler.longestDeletion == nil)
            let running = try await bench.create(user: 1).record.id
            bench.cluster.observe(running) { $0.phase = .running }
            let leaving = try await bench.create(user: 2).record.id
            try await bench.create(user: 3)
            await bench.reconciler.pass()
            #expect(
                bench.reconciler.counts?.byStatus == [
                    "creating": 2, "running": 1, "stopped": 0, "failed": 0, "node_deleted": 0, "deleting": 0,
                ]
            )
            #expect(bench.reconciler.longestDeletion == .zero)
            bench.cluster.state.update { $0.termination = .held }
            try await bench.deletePending(leaving, respondsAsync: true)
            bench.time.advance(by: .seconds(100))
            _ = await bench.reconciler.beginPass()
            #expect(bench.reconciler.counts?.byStatus["deleting"] == 1 && bench.reconciler.counts?.byStatus["creating"] == 1)
            #expect(bench.reconciler.longestDeletion == .seconds(100))
            bench.time.jump(by: .seconds(-1000))
            #expect(bench.reconciler.longestDeletion == .zero, "a clock that was set back makes no time negative")
        }
    }

    @Test func `a replica that ceases to reconcile tells no numbers of stacks any more`() async throws {
        try await withStackBench { bench in
            try await bench.create()
            let run = Task { await bench.reconciler.run() }
            while bench.reconciler.counts == nil { await Task.yield() }
            run.cancel()
            await run.value
            #expect(bench.reconciler.counts == nil)
        }
    }

    @Test(arguments: [
        (ReservationRefusal.keyUsed(.sample()) as any Error, "key_used"), (ReservationRefusal.stackExists(.numbered(1)), "stack_exists"),
        (ReservationRefusal.userLimitReached(count: 5), "user_limit_reached"),
        (ReservationRefusal.overBudget(reserved: .zero), "over_budget"),
        (ReservationRefusal.portsTaken([30000]), "ports_taken"), (StoreError.unavailable("x"), "unavailable"),
        (StoreError.unreachable("x"), "unreachable"), (StoreError.unreadable(UnreadableRecord(id: nil, reason: "x")), "unreadable"),
        (StoreError.lostReservation(.numbered(1)), "lost_reservation"), (CancellationError(), "cancelled"),
        (StackError(.internalError, "x"), "unexpected"),
    ])
    func `an operation of the store is counted by its kind of outcome`(error: any Error, code: String) async throws {
        try await withMetrics { metrics in
            await #expect(throws: (any Error).self) { try await StoreMetrics.measure("reserve") { throw error } }
            try await StoreMetrics.measure("remove") {}
            #expect(
                metrics.series("provisioner_store_operations_total") == [
                    #"{operation="reserve",code="\#(code)"}"#, #"{operation="remove",code="ok"}"#,
                ]
            )
            #expect(metrics.counts("provisioner_store_operation_duration_seconds_count") == ["reserve": 1, "remove": 1])
        }
    }

    @Test func `the service asks its store through the store that measures`() async throws {
        try await withMetrics { metrics in
            try await withStackBench { bench in
                let id = try await bench.create().record.id
                _ = try await bench.service.stacks(logger: silentLogger)
                bench.store.fail(.beginDelete)
                _ = try await errorCode { try await bench.delete(id) }
            }
            let series = metrics.series("provisioner_store_operations_total")
            for operation in ["reserve", "activate", "records"] { #expect(series.contains(#"{operation="\#(operation)",code="ok"}"#)) }
            #expect(series.contains(#"{operation="begin_delete",code="unavailable"}"#))
        }
    }

    @Test func `the time to readiness is that of the first readiness, and of Pods of this process only`() async throws {
        try await withMetrics { metrics in
            let times = ReadyTimes()
            let started = ContinuousClock.now
            for number in 1...3 { times.began(.numbered(number), at: started) }
            times.isReady(.numbered(1))
            times.isReady(.numbered(1))
            times.isGone(.numbered(2))
            times.isReady(.numbered(2))
            times.isReady(.numbered(9))
            #expect(metrics.samples["provisioner_create_ready_seconds_count"] == 1)
            #expect(times.count == 1)
        }
    }

    @Test func `a create that fails is not awaited any more`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .never }
            _ = try await errorCode { try await bench.create() }
            #expect(bench.service.readyTimes.count == 0)
            bench.cluster.state.update { $0.scheduling = .atOnce }
            try await bench.create()
            #expect(bench.service.readyTimes.count == 1)
        }
    }

    @Test func `the ports by state are those of the range, whatever happens to them`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var pool = PortPool(range: 30000...30049, longCooldown: .seconds(300), shortCooldown: .seconds(60))
        var now = ContinuousClock.now
        var holds: [PortPool.Hold] = []
        for _ in 0..<2000 {
            switch Int.random(in: 0..<7, using: &generator) {
            case 0, 1: holds += pool.allocate(Int.random(in: 1...4, using: &generator), at: now, using: &generator) ?? []
            case 2: if let hold = holds.popLast() { pool.release(hold, at: now) }
            case 3: if let hold = holds.popLast() { pool.startLongCooldown(hold, at: now) }
            case 4: pool.serviceHolds(Int.random(in: 29_990...30_060, using: &generator))
            case 5: pool.serviceReleases(Int.random(in: 29_990...30_060, using: &generator), at: now)
            default: now += .seconds(Int.random(in: 0...100, using: &generator))
            }
            let counts = pool.counts(at: now)
            #expect(counts.free + counts.used + counts.resting == 50, "seed \(seed)")
            #expect(min(counts.free, counts.used, counts.resting) >= 0, "seed \(seed)")
            #expect(counts.free <= pool.freeCount(at: now), "seed \(seed)")
        }
    }

    @Test func `the capacity of a resource is its reserve, its use and the rest`() {
        var tracker = CapacityTracker()
        func resources(_ cpu: Int64, _ memory: Int64, storage: Int64? = nil, pods: Int64? = nil) -> NodeResources {
            NodeResources(cpuMilli: cpu, memoryBytes: memory, ephemeralStorageBytes: storage, pods: pods)
        }
        func pod(_ node: String?, _ cpu: Int64, counted: Int64?) -> CapacityTracker.Pod {
            CapacityTracker.Pod(
                nodeName: node,
                request: resources(cpu, cpu * 10, storage: 5, pods: 1),
                isFinished: false,
                counted: counted.map { ResourceAmount(cpuMilli: $0, memoryBytes: $0 * 10) }
            )
        }
        tracker.setNode("n", CapacityTracker.Node(allocatable: resources(1000, 10_000, storage: 100, pods: 10)))
        tracker.setPod("others", pod("n", 100, counted: nil))
        tracker.setPod("own", pod("n", 220, counted: 200))
        tracker.setPod("pending", pod(nil, 50, counted: 50))
        tracker.setPod("elsewhere", pod("gone", 70, counted: 70))
        let report = tracker.report(reserve: .standard)
        // 100 of others, 220 with what was injected, and 50 that have no node yet.
        #expect(report.cpuMilli == CapacityReport.Dimension(total: 1000, reserve: 200, used: 370, free: 430))
        #expect(report.memoryBytes == CapacityReport.Dimension(total: 10_000, reserve: 2000, used: 3700, free: 4300))
        #expect(report.pods == CapacityReport.Dimension(total: 10, reserve: 0, used: 3, free: 7))
        #expect(report.ephemeralStorageBytes == CapacityReport.Dimension(total: 100, reserve: 0, used: 15, free: 85))
        #expect(report.cpuMilli.freeRatio == 430.0 / 800)
        #expect(tracker.budget(reserve: .standard).cpuMilli == 750, "free and what the records of 200, 50 and 70 count")
        let stated = tracker.report(totalCPUMilli: 4000, totalMemoryBytes: 1, reserve: .standard)
        #expect(stated.cpuMilli.total == 4000 && stated.pods == nil && stated.ephemeralStorageBytes == nil)
        #expect(stated.memoryBytes.free == 0 && stated.memoryBytes.freeRatio == 0)
    }

    @Test func `an empty cluster has no capacity, and no ratio that is none`() {
        let report = CapacityTracker().report(reserve: .standard)
        #expect(report.cpuMilli == CapacityReport.Dimension(total: 0, reserve: 0, used: 0, free: 0))
        #expect(report.cpuMilli.freeRatio == 0)
    }
}
