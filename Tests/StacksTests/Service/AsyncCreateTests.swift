import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Creates whose caller does not wait for the node, or waits for readiness.
@Suite(.timeLimit(.minutes(1))) struct AsyncCreateTests {
    private static let async = CreatePreference(isAsync: true)

    private func create(
        _ bench: StackBench,
        _ preference: CreatePreference,
        _ progress: CreateProgress = CreateProgress(),
        key: String? = nil
    ) async throws -> CreateOutcome {
        try await bench.service.create(.sample(key: key), preference, progress: progress, logger: silentLogger)
    }

    @Test func `a create that is not waited for returns its reservation, and comes to its end by itself`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let outcome = try await create(bench, Self.async)
            #expect(outcome.isAccepted && !outcome.isReplay)
            #expect(outcome.stack.status == .creating && outcome.stack.record.state == .reserved)
            let id = outcome.stack.record.id
            #expect(try await bench.stack(id) == outcome.stack)
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
            let wait = StackWait(.ready, atMost: .seconds(60))
            let ready = Task { try await bench.service.stack(id, after: wait, logger: silentLogger) }
            bench.cluster.schedule(id)
            bench.cluster.observe(id) { pod in
                pod.phase = .running
                pod.isReady = true
            }
            #expect(try await ready.value.record.state == .active)
        }
    }

    @Test func `what stands in the way of a reservation is the answer itself`() async throws {
        try await withStackBench { bench in
            _ = try await create(bench, Self.async)
            for preference in [Self.async, CreatePreference(wait: .seconds(20)), CreatePreference(isAsync: true, wait: .seconds(20))] {
                #expect(try await errorCode { _ = try await create(bench, preference) } == .stackExists)
            }
            bench.store.fail(.reserve)
            #expect(try await errorCode { _ = try await create(bench, Self.async) } == .storeUnavailable)
        }
    }

    @Test func `a create that waits returns when the stack is ready`() async throws {
        try await withStackBench { bench in
            let outcome = Task { try await create(bench, CreatePreference(wait: .seconds(20))) }
            try await bench.cluster.state.wait { !$0.services.isEmpty }
            let id = try #require(bench.cluster.state.value.pods.keys.first)
            try await bench.time.waitForSleeper(until: bench.time.now + 60)
            bench.cluster.observe(id) { pod in
                pod.phase = .running
                pod.isReady = true
            }
            #expect(try await outcome.value.stack.status == .running)
            #expect(try await outcome.value.isAccepted == false)
        }
    }

    @Test(arguments: [false, true])
    func `a create that waits returns after its time with the stack as it is then`(isAsync: Bool) async throws {
        try await withStackBench { bench in
            let outcome = Task { try await create(bench, CreatePreference(isAsync: isAsync, wait: .seconds(20))) }
            try await bench.time.waitForSleeper(until: bench.time.now + 60)
            bench.time.advance(by: .seconds(20))
            #expect(try await outcome.value.stack.record.state == .active)
            #expect(try await outcome.value.stack.status == .creating)
            #expect(try await outcome.value.isAccepted == isAsync)
        }
    }

    @Test func `a create that waits returns after its time even if the stack has no node yet`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let outcome = Task { try await create(bench, CreatePreference(wait: .seconds(20))) }
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
            try await bench.time.waitForSleeper(until: bench.time.now + 20)
            bench.time.advance(by: .seconds(20))
            let record = try await outcome.value.stack.record
            #expect(record.state == .reserved)
            bench.cluster.schedule(record.id)
            await bench.service.locks.withLock(record.id) {}
            #expect(try await bench.stack(record.id).record.state == .active)
        }
    }

    @Test func `a create that fails while it is waited for fails, and leaves nothing`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .never }
            #expect(try await errorCode { _ = try await create(bench, CreatePreference(wait: .seconds(20))) } == .unschedulable)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `the longest time to wait is a minute`() {
        #expect(CreatePreference(wait: .seconds(3600)).wait == .seconds(60))
    }

    @Test func `a repeat of a create at work is answered at once if it is not waited for`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let first = try await create(bench, Self.async, key: "key")
            let second = try await create(bench, Self.async, key: "key")
            #expect(second.isReplay && second.isAccepted)
            #expect(second.stack.record.id == first.stack.record.id)
            bench.cluster.schedule(first.stack.record.id)
            let third = try await create(bench, .none, key: "key")
            #expect(third.isReplay && !third.isAccepted && third.stack.record.state == .active)
        }
    }

    @Test func `the service's end does not let a create wait any longer`() async throws {
        try await withStackBench { bench in
            let progress = CreateProgress()
            let outcome = Task { try await create(bench, CreatePreference(wait: .seconds(20)), progress) }
            try await bench.time.waitForSleeper(until: bench.time.now + 60)
            progress.hurry()
            #expect(try await outcome.value.stack.status == .creating)
        }
    }
}
