import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Requests that wait for a change of a stack.
@Suite(.timeLimit(.minutes(5))) struct StackWaitTests {
    /// Runs `body` with a request that waits for a new stack.
    private func withWait(
        _ goal: StackWait.Goal = .change,
        _ time: Duration = .seconds(20),
        _ body: (StackBench, StackID, StackWait) async throws -> Void
    ) async throws -> Result<Stack, any Error> {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            let wait = StackWait(goal, atMost: time)
            let request = Task { try await bench.service.stack(id, after: wait, logger: silentLogger) }
            try await bench.time.waitForSleeper(until: bench.time.now + 20)
            try await body(bench, id, wait)
            let result = await request.result
            #expect(bench.changes.waitCount == 0)
            return result
        }
    }

    @Test func `a change of the status ends the wait`() async throws {
        let stack = try await withWait { bench, id, _ in
            bench.cluster.observe(id) { $0.phase = .running }
        }.get()
        #expect(stack.status == .running)
    }

    @Test func `a change that shows in no awaited part does not end the wait, and its time does`() async throws {
        let stack = try await withWait { bench, id, _ in
            let reads = bench.store.script.value.ended[.read] ?? 0
            bench.cluster.observe(id) { $0.containers = [.init(name: "web", state: .waiting(reason: "ContainerCreating", message: nil))] }
            try await bench.store.script.wait { $0.ended[.read] ?? 0 > reads }
            bench.time.advance(by: .seconds(20))
        }.get()
        #expect(stack.status == .creating && stack.reason == "ContainerCreating")
    }

    @Test func `a stack that is removed meanwhile is no longer there`() async throws {
        let result = try await withWait { bench, id, _ in try await bench.delete(id) }
        #expect(try await errorCode { _ = try result.get() } == .stackNotFound)
    }

    @Test func `a write of another replica is noticed within a pass`() async throws {
        let result = try await withWait { bench, id, _ in
            _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
            bench.time.advance(by: bench.service.settings.reconcileInterval)
        }
        #expect(try await errorCode { _ = try result.get() } == .stackNotFound)
    }

    @Test func `the wait ends at once when its request is no longer of use`() async throws {
        let stack = try await withWait { _, _, wait in wait.end() }.get()
        #expect(stack.status == .creating)
    }

    @Test(arguments: [
        (PodObservation.Phase.running, StackStatus.running), (.succeeded, .stopped), (.failed, .failed),
    ])
    func `a wait for readiness ends when the stack is ready, or can't become so any more`(
        phase: PodObservation.Phase,
        status: StackStatus
    ) async throws {
        let stack = try await withWait(.ready) { bench, id, _ in
            bench.cluster.observe(id) { pod in
                pod.phase = phase
                pod.isReady = phase == .running
            }
        }.get()
        #expect(stack.status == status)
    }

    @Test func `a stack that is ready already is answered at once`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.observe(id) { pod in
                pod.phase = .running
                pod.isReady = true
            }
            let wait = StackWait(.ready, atMost: .seconds(20))
            #expect(try await bench.service.stack(id, after: wait, logger: silentLogger).status == .running)
        }
    }

    @Test func `the end of a stack's life ends the wait`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.time.advance(to: record.expiresAt - 5)
            let wait = StackWait(.change, atMost: .seconds(20))
            let request = Task { try await bench.service.stack(record.id, after: wait, logger: silentLogger) }
            try await bench.time.waitForSleeper(until: record.expiresAt)
            bench.time.advance(by: .milliseconds(5001))
            #expect(try await errorCode { _ = try await request.value } == .stackNotFound)
        }
    }

    @Test func `no wait is longer than a minute`() {
        #expect(StackWait(.change, atMost: .seconds(3600)).time == .seconds(60))
    }

    @Test func `while the store is down a wait that must look says so`() async throws {
        let result = try await withWait { bench, id, _ in
            bench.store.fail(.read, times: .max)
            bench.changes.publish(id)
        }
        #expect(try await errorCode { _ = try result.get() } == .storeUnavailable)
    }

    @Test(.timeLimit(.minutes(2))) func `ten thousand waits read nothing until something changes, and then only what changed`() async throws
    {
        var options = StackBench.Options()
        // None of these waits comes to its end.
        options.sleep = { _ in try await Task.sleep(for: .seconds(3600)) }
        try await withStackBench(options) { bench in
            for number in 1...100 {
                let record = StackRecord.sample(number, user: Int64(number), createdAt: bench.time.now)
                try await bench.store.base.reserve(record, within: .unlimited)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<10_000 {
                    let wait = StackWait(.ready, atMost: .seconds(60))
                    group.addTask { _ = try await bench.service.stack(.numbered(index % 100 + 1), after: wait, logger: silentLogger) }
                }
                try await bench.store.script.wait { $0.ended[.read] == 10_000 }
                #expect(bench.changes.waitCount == 10_000)
                // The one look at what nobody published serves all of them.
                try await bench.time.waitForSleeper(until: bench.time.now + 10)
                bench.time.advance(by: bench.service.settings.reconcileInterval)
                try await bench.store.script.wait { $0.ended[.read] == 10_001 }
                bench.changes.publish(.numbered(7))
                try await bench.store.script.wait { $0.ended[.read] == 10_101 }
                #expect(bench.store.script.value.begun[.read] == 10_101)
                group.cancelAll()
            }
            #expect(bench.changes.waitCount == 0)
        }
    }
}
