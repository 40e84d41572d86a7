import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct RenewalTests {
    /// Seconds, counted from the creation. The sample record ends after 7200.
    struct Row: Sendable {
        var now: Double
        var ttl = 7200
        var lifetime = 21600
        var window = 0
        var podLifetime: Int?
        var expected: Outcome
    }

    enum Outcome: Sendable, Equatable { case extended(Double), unchanged, tooEarly(Double), exhausted }

    @Test(arguments: [
        Row(now: 3600, expected: .extended(10800)), Row(now: 7199.999999, expected: .extended(14399.999999)),
        Row(now: 3600, ttl: 3601, expected: .extended(7201)),
        // Never earlier than the old end.
        Row(now: 0, expected: .unchanged), Row(now: 3600, ttl: 3600, expected: .unchanged), Row(now: 3600, ttl: 1, expected: .unchanged),
        Row(now: -86400, expected: .unchanged),
        // Never later than the maximum.
        Row(now: 7000, lifetime: 10000, expected: .extended(10000)), Row(now: 3600, ttl: .max, expected: .extended(21600)),
        Row(now: 3600, lifetime: 7200, expected: .exhausted), Row(now: 3600, lifetime: 7000, expected: .exhausted),
        Row(now: 3600, ttl: 1, lifetime: 7200, window: 60, expected: .exhausted),
        // Nor later than the Pod may live that was made with other settings.
        Row(now: 7000, podLifetime: 9000, expected: .extended(9000)), Row(now: 7000, podLifetime: 7200, expected: .exhausted),
        Row(now: 7000, podLifetime: 99999, expected: .extended(14200)), Row(now: 7000, podLifetime: .min, expected: .exhausted),
        // Within the window only.
        Row(now: 3600, window: 600, expected: .tooEarly(6600)), Row(now: 6599.999999, window: 600, expected: .tooEarly(6600)),
        Row(now: 6600, window: 600, expected: .extended(13800)), Row(now: 0, window: 7200, expected: .unchanged),
        Row(now: 3600, window: .max, expected: .extended(10800)),
    ])
    func `the new end is the earlier of now and TTL, and creation and maximum, within the window and never before the old one`(row: Row) {
        let record = StackRecord.sample(1)
        func at(_ seconds: Double) -> Date { Date(microseconds: record.createdAt.microseconds + Int64((seconds * 1_000_000).rounded())) }
        let limits = Renewal.Limits(
            lifetime: .seconds(row.lifetime),
            window: .seconds(row.window),
            podLifetime: row.podLifetime.map { .seconds($0) }
        )
        let expected: Renewal =
            switch row.expected {
            case .extended(let end): .extended(to: at(end))
            case .unchanged: .unchanged
            case .tooEarly(let opening): .tooEarly(until: at(opening))
            case .exhausted: .exhausted
            }
        #expect(Renewal(of: record, for: .seconds(row.ttl), at: at(row.now), within: limits) == expected)
    }

    @Test func `dates stay within what stores can keep`() {
        let last = Date(microseconds: StackRecord.times.upperBound)
        let record = StackRecord.sample(1, createdAt: Date(microseconds: StackRecord.times.upperBound - 10_000_000_000))
        let limits = Renewal.Limits(lifetime: .seconds(Int64.max), window: .zero)
        #expect(Renewal(of: record, for: .seconds(Int64.max), at: .distantFuture, within: limits) == .extended(to: last))
        #expect(Date.distantFuture.advanced(by: .seconds(Int64.max)).microseconds == .max)
        #expect(Date.distantPast.advanced(by: .seconds(Int64.min)).microseconds == .min)
    }
}

@Suite(.timeLimit(.minutes(1))) struct RenewTests {
    @Test func `a renewed stack lives on and expires at its new end`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.time.advance(by: .seconds(7199))
            let renewed = try await bench.renew(record.id)
            #expect(renewed.record.expiresAt == record.createdAt.addingTimeInterval(7199 + 7200))
            #expect(try await bench.stack(record.id) == renewed)
            bench.time.advance(by: .seconds(7199))
            #expect(await bench.reconciler.pass().isQuiet)
            bench.time.advance(by: .seconds(1))
            #expect(await bench.reconciler.pass().repairs == [.expired: 1])
            try await bench.expectNothingLeft()
        }
    }

    @Test func `renewals end at the longest life, and the refusal says when that is`() async throws {
        var options = StackBench.Options()
        options.settings.renewWindow = .seconds(600)
        try await withStackBench(options) { bench in
            let id = try await bench.create().record.id
            let early = await #expect(throws: StackError.self) { _ = try await bench.renew(id) }
            #expect(early?.code == .renewalTooEarly && early?.retryAfterSeconds == 6600)
            #expect(early?.message == "stack \(id) ends at 2025-06-15T17:06:40.123Z and can be renewed from 2025-06-15T16:56:40.123Z on")
            bench.time.advance(by: .seconds(6600))
            // A repetition that comes too early changes nothing.
            let renewed = try await bench.renew(id)
            #expect(try await errorCode { _ = try await bench.renew(id) } == .renewalTooEarly)
            #expect(try await bench.stack(id) == renewed)
            bench.time.advance(to: renewed.record.expiresAt.addingTimeInterval(-1))
            let last = try await bench.renew(id, for: .seconds(9000))
            #expect(last.record.expiresAt == last.record.createdAt.addingTimeInterval(21600))
            let exhausted = await #expect(throws: StackError.self) { _ = try await bench.renew(id) }
            #expect(exhausted?.code == .lifetimeExhausted && exhausted?.retryAfterSeconds == nil)
            #expect(exhausted?.message.contains("2025-06-15T21:06:40.123Z") == true)
        }
    }

    @Test func `the kubelet lets a Pod live a little longer than a stack can be renewed`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            #expect(record.podSpec.contains("activeDeadlineSeconds: 21720\n"))
            // A Pod that was made when the maximum was shorter.
            bench.cluster.observe(record.id) { $0.activeDeadlineSeconds = 8000 + 120 }
            let renewed = try await bench.renew(record.id, for: .seconds(9000))
            #expect(renewed.record.expiresAt == record.createdAt.addingTimeInterval(8000))
            #expect(try await errorCode { _ = try await bench.renew(record.id) } == .lifetimeExhausted)
        }
    }

    @Test func `what no read shows cannot be renewed`() async throws {
        try await withStackBench { bench in
            #expect(try await errorCode { _ = try await bench.renew(.numbered(1)) } == .stackNotFound)
            let expired = try await bench.create(problem: 1).record
            bench.time.advance(to: expired.expiresAt)
            #expect(try await errorCode { _ = try await bench.renew(expired.id) } == .stackNotFound)
            let deleted = try await bench.create(problem: 2).record
            bench.cluster.state.update { $0.termination = .never }
            try await bench.deletePending(deleted.id)
            #expect(try await errorCode { _ = try await bench.renew(deleted.id) } == .stackNotFound)
            #expect(try await bench.store.record(deleted.id)?.expiresAt == deleted.expiresAt)
            let kept = try await bench.create(problem: 3).record
            bench.store.fail(.renew)
            #expect(try await errorCode { _ = try await bench.renew(kept.id, for: .seconds(9000)) } == .storeUnavailable)
        }
    }

    @Test func `a renewal between the look of the reconciler and its mark saves the stack`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.time.advance(to: record.expiresAt)
            bench.store.script.update { $0.held = [.beginDelete] }
            async let pass = bench.reconciler.pass()
            try await bench.store.script.wait { $0.begun[.beginDelete] == 1 }
            // Another replica, whose clock is a little behind, renews at the very end.
            let end = record.expiresAt.addingTimeInterval(3600)
            let now = Date(microseconds: record.updatedAt.microseconds + 1)
            #expect(try await bench.store.base.renew(record.id, to: end, ifUnchanged: record, at: now) != nil)
            bench.store.script.update { $0.held = [] }
            #expect(await pass.isQuiet)
            #expect(try await bench.stack(record.id).record.expiresAt == end)
            #expect(bench.cluster.count(.deletePod) == 0)
        }
    }

    @Test func `a mark between the look of a renewal and its write wins`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.store.script.update { $0.held = [.renew] }
            async let code = errorCode { _ = try await bench.renew(record.id, for: .seconds(9000)) }
            try await bench.store.script.wait { $0.begun[.renew] == 1 }
            _ = try await bench.store.base.beginDelete(record.id, at: record.expiresAt)
            bench.store.script.update { $0.held = [] }
            #expect(try await code == .stackNotFound)
            await bench.reconciler.pass()
            try await bench.expectNothingLeft()
        }
    }

    @Test func `renewals at the same moment all succeed, and the latest end stays`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            try await withThrowingTaskGroup { group in
                for number in 1...8 { group.addTask { _ = try await bench.renew(record.id, for: .seconds(7200 + number)) } }
                try await group.waitForAll()
            }
            #expect(try await bench.stack(record.id).record.expiresAt == record.createdAt.addingTimeInterval(7208))
        }
    }

    @Test func `a stack that is still being created can be renewed`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let created = bench.create()
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            let renewed = try await bench.renew(id, for: .seconds(9000))
            bench.cluster.schedule(id)
            #expect(try await created.record.expiresAt == renewed.record.expiresAt)
        }
    }
}
