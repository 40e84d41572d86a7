import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Stacks that are to be removed from a node whose kubelet has stopped reporting.
@Suite(.timeLimit(.minutes(1))) struct DeadNodeTests {
    /// A stack that is being deleted, its Service gone, its Pod waiting for a kubelet that does not come.
    private func withWaitingStack(timeout: Duration = .seconds(600), _ body: (StackBench, StackID) async throws -> Void) async throws {
        var options = StackBench.Options()
        options.settings.deadNodeTimeout = timeout
        try await withStackBench(options) { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { state in
                state.termination = .never
                state.nodes["node-1"]?.observation.isUnreachable = true
            }
            let error = await #expect(throws: StackError.self) { try await bench.delete(id) }
            #expect(error?.code == .deletionPending)
            #expect(error?.message.contains("kubectl delete node node-1") == true)
            bench.cluster.removeService(id)
            #expect(await bench.reconciler.pass().pending == 1)
            try await body(bench, id)
        }
    }

    /// Time passes, with a pass each minute.
    private func wait(_ seconds: Int, _ bench: StackBench) async {
        for _ in 0..<(seconds / 60) {
            bench.time.advance(by: .seconds(60))
            await bench.reconciler.pass()
        }
    }

    @Test func `a stack is given up after the time-out, its place is free, and its port is in cooldown for an hour`() async throws {
        try await withWaitingStack { bench, _ in
            await wait(540, bench)
            bench.time.advance(by: .seconds(59))
            #expect(await bench.reconciler.pass().pending == 1)
            #expect(try await errorCode { try await bench.create() } == .deletionPending)
            bench.time.advance(by: .seconds(1))
            #expect(await bench.reconciler.pass().repairs == [.interruptedDelete: 1])
            #expect(try await bench.store.records().records == [])
            #expect(bench.ports.freeCount == 2767)
            bench.time.advance(by: .seconds(3599))
            #expect(bench.ports.freeCount == 2767)
            bench.time.advance(by: .seconds(1))
            #expect(bench.ports.freeCount == 2768)
            bench.cluster.state.update { $0.termination = .atOnce }
            try await bench.create()
        }
    }

    @Test func `with a time-out of zero it waits for ever`() async throws {
        try await withWaitingStack(timeout: .zero) { bench, id in
            bench.time.advance(by: .seconds(30 * 24 * 3600))
            #expect(await bench.reconciler.pass().pending == 1)
            #expect(bench.cluster.pod(of: id) != nil)
        }
    }

    @Test func `a node that reports again in between is not given up`() async throws {
        try await withWaitingStack { bench, id in
            await wait(540, bench)
            bench.cluster.state.update { $0.nodes["node-1"]?.observation.isUnreachable = false }
            await bench.reconciler.pass()
            bench.cluster.state.update { $0.nodes["node-1"]?.observation.isUnreachable = true }
            await bench.reconciler.pass()
            await wait(540, bench)
            bench.time.advance(by: .seconds(59))
            #expect(await bench.reconciler.pass().pending == 1)
            #expect(bench.cluster.pod(of: id) != nil)
        }
    }

    @Test func `objects without a record on a dead node are given up as well`() async throws {
        try await withWaitingStack { bench, id in
            try await bench.store.base.remove(id)
            await wait(540, bench)
            bench.time.advance(by: .seconds(60))
            #expect(await bench.reconciler.pass().repairs == [.orphan: 1])
            #expect(bench.cluster.isEmpty)
        }
    }

    @Test func `a node that the watch alone calls silent is not given up`() async throws {
        try await withWaitingStack { bench, id in
            await wait(540, bench)
            bench.time.advance(by: .seconds(60))
            bench.cluster.fail(.nodeExists)
            #expect(await bench.reconciler.pass().failures == 1)
            #expect(bench.cluster.pod(of: id) != nil)
        }
    }

    @Test func `after a time in which nobody looked at the nodes, the time counts anew`() {
        let nodes = DeadNodes()
        let start = ContinuousClock.now
        nodes.update(["node-1"], at: start, longestGap: .seconds(90))
        nodes.update(["node-1"], at: start + .seconds(90), longestGap: .seconds(90))
        #expect(nodes.timeUnreachable("node-1", at: start + .seconds(90)) == .seconds(90))
        nodes.update(["node-1"], at: start + .seconds(181), longestGap: .seconds(90))
        #expect(nodes.timeUnreachable("node-1", at: start + .seconds(181)) == .zero)
        nodes.reset()
        #expect(nodes.timeUnreachable("node-1", at: start + .seconds(182)) == nil)
    }

    @Test func `a stack that nobody removes is left alone, however long its node is silent`() async throws {
        try await withStackBench { bench in
            let stack = try await bench.create()
            bench.cluster.state.update { $0.nodes["node-1"]?.observation.isUnreachable = true }
            await bench.reconciler.pass()
            bench.time.advance(by: .seconds(3600))
            #expect(await bench.reconciler.pass().isQuiet)
            #expect(try await bench.stack(stack.record.id).record == stack.record)
        }
    }

    @Test func `a warning about a node comes once a minute`() {
        let nodes = DeadNodes()
        let start = ContinuousClock.now
        nodes.update(["node-1"], at: start)
        #expect(nodes.takeWarning("node-1", at: start))
        #expect(!nodes.takeWarning("node-1", at: start + .seconds(59)))
        #expect(nodes.takeWarning("node-1", at: start + .seconds(60)))
        #expect(!nodes.takeWarning("node-2", at: start))
    }
}
