import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// The feed of every change for those who follow all stacks.
@Suite(.timeLimit(.minutes(1))) struct StackFollowerTests {
    private typealias Received = Observed<[FeedUpdate]>

    private func withAudience(_ body: (StackBench, Received) async throws -> Void) async throws {
        try await withStackBench { bench in
            let received = Received([])
            bench.changes.attach { update in received.update { $0.append(update) } }
            try await received.wait { $0 == [.snapshot([])] }
            try await body(bench, received)
        }
    }

    @Test func `the audience gets a snapshot, each change of each stack, and each removal`() async throws {
        try await withAudience { bench, received in
            let id = try await bench.create().record.id
            try await received.wait { $0.last?.stack?.record.state == .active }
            bench.cluster.observe(id) { $0.phase = .running }
            try await received.wait { $0.last?.stack?.status == .running }
            bench.cluster.state.update { $0.nodes["node-1"]?.observation.externalIPs = [] }
            bench.changes.publishAll()
            try await received.wait { $0.last?.stack.map { $0.nodePublicIP == nil } ?? false }
            try await bench.delete(id)
            try await received.wait { $0.last == .removed(id) }
            #expect(received.value.filter { $0 == .removed(id) }.count == 1)
        }
    }

    @Test func `a second audience begins with a snapshot`() async throws {
        try await withAudience { bench, received in
            let stack = try await bench.create()
            try await received.wait { $0.last == .stack(stack) }
            bench.changes.detach()
            let second = Received([])
            bench.changes.attach { update in second.update { $0.append(update) } }
            try await second.wait { $0 == [.snapshot([stack])] }
        }
    }

    @Test func `a stack is removed from the feed at the end of its life`() async throws {
        try await withAudience { bench, received in
            let record = try await bench.create(user: 1).record
            try await received.wait { $0.last?.stack?.record == record }
            bench.time.advance(to: record.expiresAt - 1)
            let later = try await bench.create(user: 2)
            try await received.wait { $0.last == .stack(later) }
            try await bench.time.waitForSleeper(until: record.expiresAt)
            bench.time.advance(by: .seconds(1))
            try await received.wait { $0.last == .removed(record.id) }
        }
    }

    @Test func `what another replica wrote is in the feed within a pass`() async throws {
        try await withAudience { bench, received in
            let record = StackRecord.sample(1, createdAt: bench.time.now)
            try await bench.store.base.reserve(record, within: .unlimited)
            try await bench.time.waitForSleeper(until: bench.time.now + 10)
            bench.time.advance(by: bench.service.settings.reconcileInterval)
            try await received.wait { $0.last?.stack?.record == record }
        }
    }

    @Test func `many changes at once are read at once`() async throws {
        try await withAudience { bench, received in
            for number in 1...40 {
                try await bench.store.base.reserve(.sample(number, user: Int64(number), createdAt: bench.time.now), within: .unlimited)
            }
            bench.store.script.update { $0.held = [.read] }
            bench.changes.publish(.numbered(1))
            let reads = bench.store.script.value.ended[.read] ?? 0
            try await bench.store.script.wait { $0.begun[.read] ?? 0 > reads }
            for number in 2...40 { bench.changes.publish(.numbered(number)) }
            bench.store.script.update { $0.held = [] }
            try await received.wait { Set($0.compactMap(\.stack?.record.id)).count == 40 }
            #expect(bench.store.script.value.begun[.read] == reads + 2)
        }
    }

    @Test func `a store that is down is told once to each listener, and the feed goes on with what was missed`() async throws {
        try await withAudience { bench, received in
            bench.store.fail(.read, times: .max)
            let record = StackRecord.sample(1, createdAt: bench.time.now)
            try await bench.store.base.reserve(record, within: .unlimited)
            bench.changes.publish(record.id)
            try await received.wait { updates in
                if case .failed(let error) = updates.last { error.code == .storeUnavailable } else { false }
            }
            bench.store.recover()
            try await bench.time.waitForSleeper(until: bench.time.now + 1)
            bench.time.advance(by: .seconds(1))
            try await received.wait { $0.last?.stack?.record == record }
        }
    }

    @Test func `a record that cannot be read counts as unchanged`() async throws {
        try await withAudience { bench, received in
            let stack = try await bench.create(user: 1)
            try await received.wait { $0.last == .stack(stack) }
            bench.store.unreadable.update { $0 = [UnreadableRecord(id: stack.record.id, reason: "test")] }
            bench.changes.publish(stack.record.id)
            bench.changes.publishAll()
            let other = try await bench.create(user: 2)
            try await received.wait { $0.last == .stack(other) }
            #expect(!received.value.contains(.removed(stack.record.id)))
        }
    }

    @Test func `while nobody listens nothing is read`() async throws {
        try await withStackBench { bench in
            try await bench.create()
            let reads = bench.store.script.value.begun[.read]
            bench.changes.publishAll()
            bench.time.advance(by: .seconds(60))
            #expect(bench.time.sleepCount == 0)
            #expect(bench.store.script.value.begun[.read] == reads)
        }
    }

    @Test func `each write of the store is published, also one that fails`() async throws {
        try await withSQLiteStore { sqlite in
            let (changes, scripted) = (StackChanges(), ScriptedStore(sqlite))
            let store = PublishingStore(scripted, to: changes)
            changes.attach { _ in }
            _ = changes.takeWork()
            let record = StackRecord.sample()
            func expectPublished(_ write: () async throws -> Void) async throws {
                try await write()
                #expect(changes.takeWork().changed == [record.id])
            }
            try await expectPublished { try await store.reserve(record, within: .unlimited) }
            try await expectPublished {
                try await store.changePort(
                    of: record.id,
                    owner: record.owner,
                    from: record.nodePort,
                    to: 31000,
                    at: record.createdAt
                )
            }
            try await expectPublished {
                _ = try await store.activate(record.id, owner: record.owner, nodeID: "node-1", at: record.createdAt)
            }
            try await expectPublished { _ = try await store.beginDelete(record.id, at: record.createdAt) }
            try await expectPublished {
                let failure = StackFailure(reason: "Unschedulable", message: "no node")
                try await store.fail(record.id, failure: failure, expiresAt: record.expiresAt, at: record.createdAt)
            }
            scripted.fail(.remove)
            try await expectPublished { await #expect(throws: StoreError.self) { try await store.remove(record.id) } }
            try await expectPublished { try await store.remove(record.id) }
            _ = try await store.records()
            #expect(changes.takeWork().changed == [])
        }
    }
}

extension FeedUpdate {
    fileprivate var stack: Stack? {
        if case .stack(let stack) = self { stack } else { nil }
    }
}
