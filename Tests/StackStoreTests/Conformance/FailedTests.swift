import FoundationEssentials
import Stacks
import TestSupport
import Testing

extension StoreConformance {
    /// Creates that failed after their callers had been answered.
    @Suite struct FailedTests {
        private static let end = Date.start(plus: 120_000_000)

        @Test(arguments: StoreFactory.all, [StackRecord.State.reserved, .deleting])
        func `a failed record is shown with its reason and holds nothing`(
            factory: StoreFactory,
            state: StackRecord.State
        ) async throws {
            try await factory.withStore { store in
                var expected = try await store.add(.sample(1, key: "key", ports: [30001, 30002]), state: state)
                try await store.fail(expected.id, failure: .sample, expiresAt: Self.end, at: .start(plus: 5))
                expected.fail(.sample, expiresAt: Self.end, at: .start(plus: 5))
                #expect(expected.state == .failed && expected.failure == .sample && expected.nodePorts.isEmpty)
                #expect(try await store.record(expected.id) == expected)
                #expect(try await store.records(ofUser: 1).records == [expected])
                #expect(try await store.reserved() == .zero)
                // The same again, with everything that the failed one held, and nothing to spare.
                var again = StackRecord.sample(2, key: "key", ports: [30002, 30001])
                again.problemID = expected.problemID
                let limits = ReservationLimits(stacksPerUser: 1, budget: again.requested)
                #expect(try await store.refusal(of: again, within: limits) == nil)
                #expect(try await store.records(ofUser: 1).records == [expected, again])
                try await store.remove(expected.id)
                try await store.remove(expected.id)
                #expect(try await store.allRecords() == [again])
                #expect(try await store.reserved() == again.requested)
                #expect(try await store.refusal(of: .sample(3, user: 2, problem: 1, port: 30001)) == .portsTaken([30001]))
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a failure is written once, and neither over a running stack nor for a missing one`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let active = try await store.add(.sample(1), state: .active)
                let failed = try await store.add(.sample(2), state: .failed)
                let other = StackFailure(reason: "Other", message: "another reason")
                for number in 1...3 { try await store.fail(.numbered(number), failure: other, expiresAt: Self.end, at: .start(plus: 9)) }
                #expect(try await store.allRecords() == [active, failed])
                // It holds nothing, so there is nothing to mark.
                #expect(try await store.beginDelete(failed.id, ifUnchanged: nil, at: .start(plus: 9)) == failed)
                #expect(try await store.record(failed.id) == failed)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a stack without an owner fails as any other`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let failed = try await store.add(.sample(1, user: nil, ports: Array(30000..<30024)), state: .failed)
                #expect(try await store.allRecords() == [failed])
                try await store.add(.sample(2, user: nil, ports: Array(30000..<30024)))
                try await store.remove(failed.id)
                try await store.drop(.numbered(2))
                #expect(try await store.allRecords() == [])
                #expect(try await store.reserved() == .zero)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a failed record that is copied holds nothing in its new store`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let holder = try await store.add(.sample(1, problem: 1, port: 30001))
                var failed = StackRecord.sample(2, problem: 1, port: 30001, createdAt: .start(plus: 1))
                failed.fail(.sample, expiresAt: Self.end, at: .start(plus: 2))
                #expect(try await store.refusal(of: failed, within: ReservationLimits(stacksPerUser: 1, budget: .zero)) == nil)
                #expect(try await store.allRecords() == [holder, failed])
                #expect(try await store.records(ofUser: 1).records == [holder, failed])
                #expect(try await store.reserved() == holder.requested)
                try await store.remove(failed.id)
                #expect(try await store.allRecords() == [holder])
                #expect(try await store.reserved() == holder.requested)
            }
        }
    }
}
