import FoundationEssentials
import Stacks
import TestSupport
import Testing

extension StoreConformance {
    @Suite struct ReadingTests {
        @Test(arguments: StoreFactory.all)
        func `an empty store answers everything with nothing`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                #expect(try await store.record(.numbered(1)) == nil)
                #expect(try await store.allRecords() == [])
                #expect(try await store.records(ofUser: 1).records == [])
                try await store.checkReadiness()
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a store has one id for good, until it takes that of another over`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let ids = try await concurrently(0..<8) { _ in try await store.installationID() }
                #expect(Set(ids).count == 1 && ids.first?.utf8.count == 36)
                try await store.setInstallationID("another")
                #expect(try await store.installationID() == "another")
                // It is nothing of what stacks leave in the store.
                #expect(try await store.records() == StackRecords())
            }
        }

        @Test(arguments: StoreFactory.all)
        func `records come oldest first, whatever their ids, users and states`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                // The last digit of a number tells its age in microseconds; 7 and 3 share no factor with 10.
                let ages = (0..<20).map { ($0 * 7 + 3) % 20 }
                for (number, age) in ages.enumerated() {
                    let state = StackRecord.State.allCases[number % 4]
                    try await store.add(.sample(number, user: Int64(1 + number % 2), createdAt: .start(plus: Int64(age))), state: state)
                }
                let all = try await store.allRecords()
                #expect(all.map(\.createdAt.microseconds) == (0..<20).map { Date.start.microseconds + $0 })
                for user in [Int64(1), 2] {
                    #expect(try await store.records(ofUser: user).records == all.filter { $0.userID == user })
                }
                #expect(try await store.records(ofUser: 3).records == [])
            }
        }

        @Test(
            arguments: StoreFactory.all,
            [Int64(0), 1, 999_999, 1_000_001, 1_750_000_000_123_456, 1_764_009_579_999_999, 4_102_444_799_999_999]
        )
        func `times are kept to the microsecond`(factory: StoreFactory, microseconds: Int64) async throws {
            try await factory.withStore { store in
                let record = StackRecord.sample(1, createdAt: Date(microseconds: microseconds), lifetime: 0)
                try await store.add(record, state: .active)
                let found = try #require(try await store.record(record.id))
                #expect(found.createdAt.microseconds == microseconds)
                #expect(found.updatedAt.microseconds == microseconds)
                #expect(found.expiresAt.microseconds == microseconds)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `2,700 records with specs of 4 KB are listed whole and in order`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let count = 2700
                for batch in stride(from: 0, to: count, by: 100) {
                    _ = try await concurrently(batch..<batch + 100) { number in
                        var record = StackRecord.sample(number, user: Int64(1 + number % 9), createdAt: .start(plus: Int64(number)))
                        record.podSpec = String(repeating: "\(number % 10)", count: 4096)
                        try await store.reserve(record, within: .none)
                    }
                }
                let records = try await store.allRecords()
                #expect(records.map(\.id) == (0..<count).map { StackID.numbered($0) })
                #expect(records.allSatisfy { $0.podSpec.utf8.count == 4096 && $0.podSpec.hasPrefix("\((($0.problemID ?? 0) - 1) % 10)") })
                #expect(try await store.records(ofUser: 4).records.count == 300)
                #expect(try await store.reserved() == ResourceAmount(cpuMilli: 270_000, memoryBytes: 2700 * (64 << 20)))
            }
        }
    }
}
