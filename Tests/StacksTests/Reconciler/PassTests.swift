import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// What one pass finds and does.
@Suite(.timeLimit(.minutes(5))) struct PassTests {
    /// A stack that is broken in one way.
    struct Breakage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var repair: Repair
        var make: @Sendable (StackBench) async throws -> StackID

        init(_ what: String, _ repair: Repair, _ make: @escaping @Sendable (StackBench) async throws -> StackID) {
            testDescription = what
            self.repair = repair
            self.make = make
        }

        static let all = [
            Breakage("expired", .expired) { bench in
                let id = try await bench.create().record.id
                bench.time.advance(by: .seconds(7200))
                return id
            },
            Breakage("a delete that was begun", .interruptedDelete) { bench in
                let id = try await bench.create().record.id
                _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
                return id
            },
            Breakage("a delete that came as far as the Pod", .interruptedDelete) { bench in
                let id = try await bench.create().record.id
                _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
                bench.cluster.removeService(id)
                bench.cluster.removePod(id)
                return id
            },
            Breakage("a reservation of a dead process, without objects", .abandonedReservation) { bench in
                let record = StackRecord.sample(1, owner: "owner-0", port: 30000, createdAt: bench.time.now)
                try await bench.store.base.reserve(record, within: .unlimited)
                return record.id
            },
            Breakage("a reservation of a dead process, with Pod and Service", .abandonedReservation) { bench in
                let id = try await bench.create().record.id
                var record = try #require(try await bench.store.base.record(id))
                _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
                try await bench.store.base.remove(id)
                record.owner = "owner-0"
                record.state = .reserved
                record.nodeID = nil
                try await bench.store.base.reserve(record, within: .unlimited)
                return id
            },
            Breakage("its node has left", .nodeDeleted) { bench in
                let id = try await bench.create().record.id
                bench.cluster.state.update { $0.nodes["node-1"] = nil }
                return id
            },
            Breakage("its Pod was removed", .objectMissing) { bench in
                let id = try await bench.create().record.id
                bench.cluster.removePod(id)
                return id
            },
            Breakage("its Service was removed", .objectMissing) { bench in
                let id = try await bench.create().record.id
                bench.cluster.removeService(id)
                return id
            },
            Breakage("a Pod and a Service without a record", .orphan) { bench in try await orphan(bench) },
            Breakage("a Pod without a record", .orphan) { bench in
                let id = try await orphan(bench)
                bench.cluster.removeService(id)
                return id
            },
            Breakage("a Service without a record", .orphan) { bench in
                let id = try await orphan(bench)
                bench.cluster.removePod(id)
                return id
            },
        ]

        private static func orphan(_ bench: StackBench) async throws -> StackID {
            let id = try await bench.create().record.id
            _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
            try await bench.store.base.remove(id)
            return id
        }
    }

    /// A stack on a node of its own, with which nothing is wrong.
    private func neighbour(_ bench: StackBench) async throws -> Stack {
        bench.cluster.state.update { state in
            state.nodes["node-2"] = FakeCluster.Node(NodeObservation(name: "node-2"))
            state.scheduling = .held
        }
        let waits = bench.cluster.count(.waitUntilScheduled)
        async let stack = bench.create(user: 9)
        try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == waits + 1 }
        for id in bench.cluster.state.value.pods.keys where bench.cluster.pod(of: id)?.nodeName == nil {
            bench.cluster.schedule(id, on: "node-2")
        }
        bench.cluster.state.update { $0.scheduling = .atOnce }
        return try await stack
    }

    @Test(arguments: Breakage.all)
    func `a pass repairs what is broken and nothing else`(breakage: Breakage) async throws {
        try await withStackBench { bench in
            let id = try await breakage.make(bench)
            let neighbour = try await neighbour(bench)
            let summary = await bench.reconciler.pass()
            #expect(summary.repairs == [breakage.repair: 1])
            #expect(summary.failures == 0)
            #expect(try await bench.store.allRecords() == [neighbour.record])
            let state = bench.cluster.state.value
            #expect(state.pods[id] == nil && state.services[id] == nil)
            #expect(state.pods.count == 1 && state.services.count == 1)
            #expect(bench.ports.freeCount == 2767)
            #expect(await bench.reconciler.pass().isQuiet)
        }
    }

    @Test(arguments: Breakage.all)
    func `before the cluster has been read a pass does nothing`(breakage: Breakage) async throws {
        try await withStackBench { bench in
            _ = try await breakage.make(bench)
            bench.cluster.state.update { $0.isSynced = false }
            let before = (bench.cluster.state.value, try await bench.store.base.allRecords(), bench.store.script.value.begun)
            #expect(await bench.reconciler.pass() == PassSummary())
            #expect(bench.cluster.state.value.script.begun == before.0.script.begun)
            #expect(bench.cluster.state.value.pods == before.0.pods)
            #expect(try await bench.store.base.allRecords() == before.1)
            #expect(bench.store.script.value.begun == before.2)
        }
    }

    @Test func `a quiet pass reads the store once and asks the API server nothing`() async throws {
        try await withStackBench { bench in
            for user in 1...20 { try await bench.create(user: Int64(user)) }
            let (calls, reads) = (bench.cluster.count(), bench.store.script.value.begun[.read] ?? 0)
            let summary = await bench.reconciler.pass()
            #expect(summary.isQuiet)
            #expect(summary.records == 20)
            #expect(bench.cluster.count() == calls)
            #expect(bench.store.script.value.begun[.read] == reads + 1)
        }
    }

    @Test func `a failure to delete an orphan's Service does not keep its Pod`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
            try await bench.store.base.remove(id)
            bench.cluster.fail(.deleteService)
            #expect(await bench.reconciler.pass().failures == 1)
            #expect(bench.cluster.state.value.pods.isEmpty && bench.cluster.state.value.services[id] != nil)
            bench.time.advance(by: .seconds(1))
            #expect(await bench.reconciler.pass().repairs == [.orphan: 1])
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a pass over 2,700 stacks costs one read of the store and the calls for what must change`() async throws {
        try await withStackBench { bench in
            for number in 0..<2700 {
                let record = StackRecord.sample(number, user: Int64(number + 1), port: 30000 + number, createdAt: bench.time.now)
                try await bench.store.base.reserve(record, within: .unlimited)
                _ = try await bench.store.base.activate(record.id, owner: record.owner, nodeID: "node-1", at: bench.time.now)
            }
            bench.cluster.addObjects(of: try await bench.store.base.allRecords())
            bench.cluster.removeService(.numbered(7))
            let reads = bench.store.script.value.begun[.read] ?? 0
            let summary = await bench.reconciler.pass()
            print("a pass over \(summary.records) stacks of which one is broken: \(summary.duration)")
            #expect(summary.records == 2700 && summary.repairs == [.objectMissing: 1])
            // All records, and the broken one once more.
            #expect(bench.store.script.value.begun[.read] == reads + 2)
            for call in [FakeCluster.Call.objectsExist, .deleteService, .deletePod, .isGone] {
                #expect(bench.cluster.count(call) == 1, "\(call)")
            }
            #expect(bench.cluster.count() == 4)
        }
    }

    @Test func `a Pod that ends slowly is asked for once, and costs nothing until it has ended`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.time.advance(by: .seconds(7200))
            bench.cluster.state.update { $0.termination = .never }
            #expect(await bench.reconciler.pass().pending == 1)
            bench.cluster.removeService(id)
            let calls = bench.cluster.count()
            for _ in 0..<3 { #expect(await bench.reconciler.pass().pending == 1) }
            #expect(bench.cluster.count() == calls)
            // Nobody is left to confirm its end.
            bench.cluster.state.update { $0.nodes = [:] }
            #expect(await bench.reconciler.pass().pending == 1)
            #expect(bench.cluster.count(.deletePod) == 2)
            bench.cluster.removePod(id)
            #expect(await bench.reconciler.pass().repairs == [.expired: 1], "the cause is the one of the beginning")
            try await bench.expectNothingLeft()
        }
    }

    @Test(arguments: ["pod", "service", "node"])
    func `a stack whose objects are missing from the cache alone stays`(missing: String) async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.cluster.state.update { state in
                switch missing {
                case "pod": state.pods[record.id]?.isWatched = false
                case "service": state.services[record.id]?.isWatched = false
                default: state.nodes["node-1"]?.isWatched = false
                }
            }
            let summary = await bench.reconciler.pass()
            #expect(summary.repairs.isEmpty)
            #expect(try await bench.store.allRecords() == [record])
            #expect(bench.cluster.count(.objectsExist) + bench.cluster.count(.nodeExists) == 1)
            #expect(bench.cluster.count(.deletePod) == 0)
        }
    }

    @Test(arguments: [FakeCluster.Call.objectsExist, .nodeExists])
    func `a stack whose loss cannot be confirmed stays`(call: FakeCluster.Call) async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.cluster.state.update { state in
                if call == .nodeExists { state.nodes = [:] } else { state.pods = [:] }
            }
            bench.cluster.fail(call)
            #expect(await bench.reconciler.pass().failures == 1)
            #expect(try await bench.store.allRecords() == [record])
            bench.time.advance(by: .seconds(1))
            #expect(await bench.reconciler.pass().repairs.values.reduce(0, +) == 1)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a stack on which a request works is left alone`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let stack = bench.create()
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            bench.time.advance(by: .seconds(3600))
            #expect(await bench.reconciler.pass().isQuiet)
            bench.cluster.schedule(id)
            #expect(try await stack.record.id == id)
        }
    }

    @Test func `another process's reservation on a shared store is reclaimed only once it is old`() async throws {
        try await withSQLiteStore { store in
            try await withStackBench(store: ScriptedStore(store, isExclusive: false)) { bench in
                let record = StackRecord.sample(1, owner: "owner-2", createdAt: bench.time.now)
                try await bench.store.base.reserve(record, within: .unlimited)
                #expect(await bench.reconciler.pass().isQuiet)
                bench.time.advance(by: .milliseconds(29_999))
                #expect(await bench.reconciler.pass().isQuiet)
                #expect(try await bench.store.allRecords() == [record])
                bench.time.advance(by: .milliseconds(1))
                #expect(await bench.reconciler.pass().repairs == [.abandonedReservation: 1])
                try await bench.expectNothingLeft()
            }
        }
    }

    @Test func `a reservation that its owner finishes in that very moment survives`() async throws {
        try await withSQLiteStore { store in
            try await withStackBench(store: ScriptedStore(store, isExclusive: false)) { bench in
                let record = StackRecord.sample(1, owner: "owner-2", createdAt: bench.time.now)
                try await bench.store.base.reserve(record, within: .unlimited)
                #expect(await bench.reconciler.pass().isQuiet)
                bench.time.advance(by: .seconds(30))
                bench.store.script.update { $0.held = [.beginDelete] }
                async let summary = bench.reconciler.pass()
                try await bench.store.script.wait { $0.begun[.beginDelete] == 1 }
                let active = try await bench.store.base.activate(record.id, owner: "owner-2", nodeID: "node-1", at: bench.time.now)
                bench.store.script.update { $0.held = [] }
                #expect(await summary.repairs.isEmpty)
                #expect(try await bench.store.allRecords() == [active])
                #expect(bench.cluster.count() == 0)
            }
        }
    }

    @Test func `a store that cannot be read fails the pass and harms nothing`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.store.fail(.read)
            #expect(await bench.reconciler.pass().failures == 1)
            #expect(try await bench.store.allRecords() == [record])
            #expect(bench.cluster.state.value.pods.count == 1)
        }
    }
}
