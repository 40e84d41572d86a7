import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// A request that is sent again gets what the first one made.
@Suite(.timeLimit(.minutes(1))) struct IdempotencyTests {
    private func outcome(_ bench: StackBench, key: String = "key", digest: String = "digest") async throws -> CreateOutcome {
        try await bench.service.create(.sample(key: key, digest: digest), logger: silentLogger)
    }

    @Test func `a repeat after the create gets the same stack and makes nothing`() async throws {
        try await withStackBench { bench in
            let first = try await outcome(bench)
            let calls = bench.cluster.count()
            let second = try await outcome(bench)
            #expect(!first.isReplay)
            #expect(second.isReplay)
            #expect(second.stack == first.stack)
            #expect(bench.cluster.count() == calls)
            #expect(bench.ports.freeCount == 2767)
        }
    }

    @Test func `a repeat during the create waits for it`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let outcomes = try await withThrowingTaskGroup { group in
                for _ in 0..<5 { group.addTask { try await outcome(bench) } }
                try await bench.store.script.wait { $0.ended[.reserve] == 5 }
                let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
                bench.cluster.schedule(id)
                return try await group.reduce(into: [CreateOutcome]()) { $0.append($1) }
            }
            #expect(Set(outcomes.map(\.stack.record.id)).count == 1)
            #expect(outcomes.count { !$0.isReplay } == 1)
            #expect(outcomes.allSatisfy { $0.stack.record.state == .active })
            #expect(bench.cluster.state.value.pods.count == 1)
        }
    }

    @Test func `repeats that wait for the first request hold no slot`() async throws {
        var options = StackBench.Options()
        options.concurrentJobs = 4
        try await withStackBench(options) { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            try await withThrowingTaskGroup { group in
                for _ in 0..<10 { group.addTask { try await outcome(bench) } }
                // Ten requests of one user passed through the two slots that it may have.
                try await bench.store.script.wait { $0.ended[.reserve] == 10 }
                async let other = bench.create(user: 2)
                try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 2 }
                for id in bench.cluster.state.value.pods.keys { bench.cluster.schedule(id) }
                let outcomes = try await group.reduce(into: [CreateOutcome]()) { $0.append($1) }
                #expect(outcomes.count { $0.isReplay } == 9)
                _ = try await other
            }
        }
    }

    @Test func `a key stands for its stack also after the policy has become stricter`() async throws {
        try await withSQLiteStore { store in
            let cluster = FakeCluster()
            let first = try await withStackBench(cluster: cluster, store: ScriptedStore(store)) { try await outcome($0) }
            var stricter = CreateRequest.sample(key: "key")
            stricter.podSpec = "no Pod at all"
            try await withStackBench(cluster: cluster, store: ScriptedStore(store)) { bench in
                let again = try await bench.service.create(stricter, logger: silentLogger)
                #expect(again.isReplay && again.stack.record.id == first.stack.record.id)
                stricter.idempotency?.key = "another"
                #expect(try await errorCode { _ = try await bench.service.create(stricter, logger: silentLogger) } == .invalidPodSpec)
            }
        }
    }

    @Test func `another body with the same key is a mistake`() async throws {
        try await withStackBench { bench in
            let first = try await outcome(bench)
            #expect(try await errorCode { _ = try await outcome(bench, digest: "of another body") } == .idempotencyKeyReused)
            #expect(try await bench.store.allRecords() == [first.stack.record])
        }
    }

    @Test func `a repeat of a create that failed during the wait is told to come again, and then makes a stack`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let first = errorCode { _ = try await outcome(bench) }
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            async let second = errorCode { _ = try await outcome(bench) }
            try await bench.store.script.wait { $0.ended[.reserve] == 2 }
            bench.cluster.removePod(id)
            #expect(try await first == .kubernetesUnavailable)
            #expect(try await second == .requestInProgress)
            bench.cluster.state.update { $0.scheduling = .atOnce }
            #expect(try await !outcome(bench).isReplay)
        }
    }

    @Test func `a repeat of what another replica is making is told to come again`() async throws {
        try await withStackBench { bench in
            let record = StackRecord.sample(owner: "owner-2", key: "key")
            try await bench.store.base.reserve(record, within: .unlimited)
            #expect(try await errorCode { _ = try await outcome(bench, digest: "digest of key") } == .requestInProgress)
            _ = try await bench.store.base.activate(record.id, owner: "owner-2", nodeID: "node-1", at: bench.time.now)
            #expect(try await outcome(bench, digest: "digest of key").stack.record.id == record.id)
        }
    }

    @Test func `once the stack is gone the key makes a new one`() async throws {
        try await withStackBench { bench in
            let first = try await outcome(bench)
            try await bench.delete(first.stack.record.id)
            let second = try await outcome(bench)
            #expect(!second.isReplay)
            #expect(second.stack.record.id != first.stack.record.id)
        }
    }

    @Test func `a stack that has expired is not handed out again`() async throws {
        try await withStackBench { bench in
            _ = try await outcome(bench)
            bench.time.advance(by: .seconds(7200))
            #expect(try await errorCode { _ = try await outcome(bench) } == .requestInProgress)
            await bench.reconciler.pass()
            #expect(try await !outcome(bench).isReplay)
        }
    }

    @Test func `different keys, or none, are different requests`() async throws {
        try await withStackBench { bench in
            _ = try await outcome(bench)
            #expect(try await errorCode { _ = try await outcome(bench, key: "key 2") } == .stackExists)
            #expect(try await errorCode { try await bench.create() } == .stackExists)
        }
    }
}
