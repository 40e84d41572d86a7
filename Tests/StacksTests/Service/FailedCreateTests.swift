import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Creates that fail after their caller has been answered.
@Suite(.timeLimit(.minutes(1))) struct FailedCreateTests {
    private static let async = CreatePreference(isAsync: true)

    @Test func `it is shown as failed with its reason for two minutes, holds nothing, and then is gone`() async throws {
        var options = StackBench.Options()
        options.settings.maxPerUser = 1
        options.ports = 30000...30000
        try await withStackBench(options) { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let record = try await bench.service.create(.sample(key: "key"), Self.async, logger: silentLogger).stack.record
            let wait = StackWait(.change, atMost: .seconds(60))
            let change = Task { try await bench.service.stack(record.id, after: wait, logger: silentLogger) }
            try await bench.time.waitForSleeper(until: bench.time.now + 60)
            bench.cluster.state.update { $0.scheduling = .never }
            let failed = try await change.value
            #expect(failed.status == .failed && failed.reason == "Unschedulable")
            #expect(failed.message == "no node for the Pod: Insufficient cpu")
            #expect(failed.record.state == .failed && failed.record.expiresAt.microseconds == (bench.time.now + 120).microseconds)
            await bench.service.locks.withLock(record.id) {}
            #expect(bench.cluster.isEmpty && bench.ports.freeCount == 1)

            // Nothing of it bars the next create, not even its key.
            bench.cluster.state.update { $0.scheduling = .atOnce }
            let next = try await bench.create(key: "key").record
            #expect(next.id != record.id)
            await bench.reconciler.pass()
            #expect(try await bench.stack(record.id).status == .failed)
            bench.time.advance(by: .seconds(121))
            #expect(try await errorCode { _ = try await bench.stack(record.id) } == .stackNotFound)
            await bench.reconciler.pass()
            #expect(try await bench.store.allRecords().map(\.id) == [next.id])
        }
    }

    @Test func `a stack that somebody deletes meanwhile is not kept`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let record = try await bench.service.create(.sample(), Self.async, logger: silentLogger).stack.record
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
            // Another replica does, which does not know of this one's lock.
            _ = try await bench.store.base.beginDelete(record.id, ifUnchanged: nil, at: bench.time.now)
            bench.cluster.schedule(record.id)
            await bench.service.locks.withLock(record.id) {}
            try await bench.expectNothingLeft()
        }
    }

    @Test func `what is not gone in time is removed by the reconciler`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { state in
                state.scheduling = .held
                state.termination = .never
            }
            let record = try await bench.service.create(.sample(), Self.async, logger: silentLogger).stack.record
            try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
            bench.cluster.state.update { $0.scheduling = .never }
            await bench.service.locks.withLock(record.id) {}
            #expect(try await bench.store.allRecords().map(\.state) == [.deleting])
            bench.cluster.finishTerminations()
            await bench.reconciler.pass()
            try await bench.expectNothingLeft()
        }
    }
}
