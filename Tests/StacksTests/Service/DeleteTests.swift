import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct DeleteTests {
    @Test func `a delete removes everything, and repeated finds nothing`() async throws {
        try await withStackBench { bench in
            let stack = try await bench.create()
            try await bench.delete(stack.record.id)
            try await bench.expectNothingLeft()
            #expect(try await errorCode { try await bench.delete(stack.record.id) } == .stackNotFound)
            #expect(try await errorCode { try await bench.delete(.numbered(7)) } == .stackNotFound)
        }
    }

    @Test func `nothing is freed before both Pod and Service are seen gone`() async throws {
        var options = StackBench.Options()
        options.ports = 30000...30000
        options.settings.maxPerUser = 1
        try await withStackBench(options) { bench in
            let stack = try await bench.create()
            bench.cluster.state.update { $0.termination = .held }
            async let deleted: Void = bench.delete(stack.record.id)
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilGone] == 1 }
            for free in 0...1 {
                #expect(bench.ports.freeCount == free)
                #expect(try await bench.store.allRecords().map(\.state) == [.deleting])
                #expect(try await errorCode { try await bench.create(user: 2) } == .nodePortsExhausted)
                #expect(try await errorCode { _ = try await bench.stack(stack.record.id) } == .stackNotFound)
                // Afterwards only the row holds the port.
                bench.cluster.removeService(stack.record.id)
            }
            bench.cluster.removePod(stack.record.id)
            try await deleted
            try await bench.expectNothingLeft(of: 1)
        }
    }

    @Test func `deletes that wait for their Pods' end hold no slot, and no read shows the stacks`() async throws {
        var options = StackBench.Options()
        options.concurrentJobs = 2
        try await withStackBench(options) { bench in
            var ids: [StackID] = []
            for user in 1...6 { ids.append(try await bench.create(user: Int64(user)).record.id) }
            bench.cluster.state.update { $0.termination = .held }
            try await withThrowingTaskGroup { group in
                for id in ids { group.addTask { try await bench.delete(id) } }
                try await bench.cluster.state.wait { $0.script.begun[.waitUntilGone] == 6 }
                #expect(try await bench.service.stacks(logger: silentLogger) == [])
                bench.cluster.finishTerminations()
                try await group.waitForAll()
            }
            try await bench.expectNothingLeft()
        }
    }

    @Test func `deletes of one stack at the same time are one, with one outcome`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { $0.termination = .held }
            try await withThrowingTaskGroup { group in
                for _ in 0..<20 { group.addTask { try await bench.delete(id) } }
                try await bench.cluster.state.wait { $0.script.begun[.waitUntilGone] == 1 }
                bench.cluster.finishTerminations()
                // Those that came late find nothing; all others are told of the one removal.
                while let result = await group.nextResult() {
                    guard case .failure(let error) = result else { continue }
                    #expect((error as? StackError)?.code == .stackNotFound)
                }
            }
            #expect(bench.cluster.count(.waitUntilGone) == 1)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a stack is marked as deleted even while every slot is taken`() async throws {
        var options = StackBench.Options()
        options.concurrentJobs = 1
        try await withStackBench(options) { bench in
            let (one, two) = (try await bench.create(user: 1), try await bench.create(user: 2))
            bench.cluster.state.update { $0.script.held = [.deleteService] }
            async let first: Void = bench.delete(one.record.id)
            try await bench.cluster.state.wait { $0.script.begun[.deleteService] == 1 }
            async let second: Void = bench.delete(two.record.id)
            try await bench.store.script.wait { $0.ended[.beginDelete] == 2 }
            #expect(try await errorCode { _ = try await bench.stack(two.record.id) } == .stackNotFound)
            bench.cluster.state.update { $0.script.held = [] }
            try await first
            try await second
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a delete during the create ends the create, waits for its end, and leaves nothing`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let code = errorCode { try await bench.create() }
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            async let deleted: Void = bench.delete(id)
            try await bench.store.script.wait { $0.ended[.beginDelete] == 1 }
            #expect(try await errorCode { _ = try await bench.stack(id) } == .stackNotFound)
            bench.cluster.schedule(id)
            #expect(try await code == .kubernetesUnavailable)
            try await deleted
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a delete by another replica during the create ends the create, and nothing is left`() async throws {
        try await withSQLiteStore { store in
            let cluster = FakeCluster()
            try await withStackBench(cluster: cluster, store: ScriptedStore(store, isExclusive: false)) { one in
                var options = StackBench.Options()
                options.owner = "owner-2"
                try await withStackBench(cluster: cluster, store: ScriptedStore(store, isExclusive: false), options) { two in
                    cluster.state.update { $0.scheduling = .held }
                    async let code = errorCode { try await one.create() }
                    let id = try await cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
                    try await two.delete(id)
                    #expect(try await code == .kubernetesUnavailable)
                    try await one.expectNothingLeft()
                    try await two.expectNothingLeft()
                }
            }
        }
    }

    @Test func `while Kubernetes is down a delete keeps row and port, and works again afterwards`() async throws {
        try await withStackBench { bench in
            let stack = try await bench.create()
            bench.cluster.fail()
            for _ in 0..<3 {
                #expect(try await errorCode { try await bench.delete(stack.record.id) } == .kubernetesUnavailable)
                #expect(try await bench.store.allRecords().map(\.state) == [.deleting])
                #expect(bench.ports.freeCount == 2767)
                #expect(try await errorCode { _ = try await bench.stack(stack.record.id) } == .stackNotFound)
                // Nothing shows the stack any more, so its caller is told to come again.
                try await bench.expectLeaving(stack.record.id)
            }
            bench.cluster.recover()
            try await bench.delete(stack.record.id)
            try await bench.expectNothingLeft()
        }
    }

    @Test(arguments: CreateFailureTests.Step.undo)
    func `whatever step fails, before or after its effect, a second delete or the next pass ends it`(step: CreateFailureTests.Step)
        async throws
    {
        for isRepeated in [true, false] {
            try await withStackBench { bench in
                let stack = try await bench.create()
                step.fail(on: bench)
                #expect(try await errorCode { try await bench.delete(stack.record.id) } != nil)
                if isRepeated {
                    let code = try await errorCode { try await bench.delete(stack.record.id) }
                    #expect(code == nil || code == .stackNotFound)
                } else if try await bench.store.allRecords().first?.state != .active {
                    await bench.reconciler.pass()
                } else {
                    return
                }
                try await bench.expectNothingLeft()
            }
        }
    }

    @Test func `a failure to delete the Service does not keep the Pod`() async throws {
        try await withStackBench { bench in
            let stack = try await bench.create()
            bench.cluster.fail(.deleteService, with: ClusterError(.forbidden, "services is forbidden"), times: .max)
            #expect(try await errorCode { try await bench.delete(stack.record.id) } == .kubernetesForbidden)
            #expect(bench.cluster.state.value.pods.isEmpty)
            #expect(try await bench.store.allRecords().map(\.state) == [.deleting])
            bench.cluster.recover()
            try await bench.delete(stack.record.id)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a stack whose objects are in another namespace is not called gone`() async throws {
        try await withStackBench { bench in
            var record = StackRecord.sample(1, createdAt: bench.time.now)
            record.namespace = "elsewhere"
            try await bench.store.base.reserve(record, within: .unlimited)
            #expect(try await errorCode { try await bench.delete(record.id) } == .internalError)
            #expect(try await bench.store.allRecords().map(\.id) == [record.id])
            #expect(bench.cluster.count() == 0)
            let summary = await bench.reconciler.pass()
            #expect(summary.foreign == 1 && summary.repairs.isEmpty && summary.failures == 0)
            #expect(bench.cluster.count() == 0)
        }
    }

    @Test func `a Pod that takes its time leaves the delete to the reconciler`() async throws {
        try await withStackBench { bench in
            let stack = try await bench.create()
            bench.cluster.state.update { $0.termination = .never }
            try await bench.deletePending(stack.record.id)
            #expect(try await bench.store.allRecords().map(\.state) == [.deleting])
            #expect(await bench.reconciler.pass().pending == 1)
            bench.cluster.finishTerminations()
            #expect(await bench.reconciler.pass().repairs == [.interruptedDelete: 1])
            try await bench.expectNothingLeft()
        }
    }

    @Test(arguments: [Duration.zero, .milliseconds(50)])
    func `a delete whose wait is over answers that the stack is marked, and goes on by itself`(wait: Duration) async throws {
        var options = StackBench.Options()
        options.settings.deleteWait = wait
        options.ports = 30000...30000
        try await withStackBench(options) { bench in
            let stack = try await bench.create()
            bench.cluster.state.update { $0.termination = .held }
            try await bench.deletePending(stack.record.id)
            #expect(try await errorCode { _ = try await bench.stack(stack.record.id) } == .stackNotFound)
            #expect(try await bench.store.allRecords().map(\.state) == [.deleting])
            #expect(bench.ports.freeCount == 0)
            try await bench.expectLeaving(stack.record.id)
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilGone] == 1 }
            bench.cluster.finishTerminations()
            try await bench.store.script.wait { $0.ended[.remove] == 1 }
            #expect(try await bench.store.allRecords() == [])
        }
    }

    @Test func `a delete that is to respond at once does so when the stack is marked, even while its create is at work`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let code = errorCode { try await bench.create() }
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            try await bench.deletePending(id, respondsAsync: true)
            #expect(try await errorCode { _ = try await bench.stack(id) } == .stackNotFound)
            bench.cluster.schedule(id)
            #expect(try await code == .kubernetesUnavailable)
            try await bench.store.script.wait { $0.ended[.remove] == 1 }
            #expect(try await errorCode { try await bench.deletePending(id, respondsAsync: true) } == .stackNotFound)
            try await bench.expectNothingLeft()
        }
    }

    @Test(arguments: [true, false])
    func `a failed stack holds nothing and is gone at once`(respondsAsync: Bool) async throws {
        try await withStackBench { bench in
            let record = StackRecord.sample(1, createdAt: bench.time.now)
            try await bench.store.base.reserve(record, within: .unlimited)
            let failure = StackFailure(reason: "Unschedulable", message: "no node")
            try await bench.store.base.fail(record.id, failure: failure, expiresAt: record.expiresAt, at: bench.time.now)
            let outcome = try await bench.service.delete(record.id, respondsAsync: respondsAsync, logger: silentLogger)
            #expect(outcome == .gone)
            #expect(try await bench.store.allRecords() == [] && bench.cluster.count() == 0)
        }
    }

    @Test func `expired and broken stacks can be deleted`() async throws {
        try await withStackBench { bench in
            let expired = try await bench.create(problem: 1)
            bench.time.advance(by: .seconds(7200))
            let broken = try await bench.create(problem: 2)
            bench.cluster.removePod(broken.record.id)
            try await bench.delete(expired.record.id)
            try await bench.delete(broken.record.id)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a client that goes away changes nothing`() async throws {
        try await withStackBench { bench in
            let stack = try await bench.create()
            bench.cluster.state.update { $0.termination = .held }
            let client = Task { try await bench.delete(stack.record.id) }
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilGone] == 1 }
            client.cancel()
            // Nobody waits for its answer any more.
            #expect(try await errorCode { try await client.value } == .shuttingDown)
            bench.cluster.finishTerminations()
            try await bench.store.script.wait { $0.ended[.remove] == 1 }
            try await bench.expectNothingLeft()
        }
    }
}
