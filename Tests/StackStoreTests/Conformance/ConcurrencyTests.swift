import FoundationEssentials
import Stacks
import TestSupport
import Testing

extension StoreConformance {
    @Suite struct ConcurrencyTests {
        @Test(arguments: StoreFactory.all)
        func `of 200 reservations at once for one user and problem, one is made`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let refusals = try await concurrently(0..<200) { try await store.refusal(of: .sample($0, user: 1, problem: 1)) }
                let winner = try #require(try await store.allRecords().first)
                #expect(try await store.allRecords().count == 1)
                #expect(refusals.count { $0 == nil } == 1)
                #expect(refusals.count { $0 == .stackExists(winner.id) } == 199)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `of 200 reservations at once of one user, as many are made as the limit says`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let limits = ReservationLimits(stacksPerUser: 7, budget: nil)
                let refusals = try await concurrently(0..<200) { try await store.refusal(of: .sample($0, user: 1), within: limits) }
                #expect(refusals.count { $0 == nil } == 7)
                #expect(refusals.count { $0 == .userLimitReached(count: 7) } == 193)
                #expect(try await store.records(ofUser: 1).records.count == 7)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `of 200 reservations at once with one port, one is made`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let refusals = try await concurrently(0..<200) {
                    try await store.refusal(of: .sample($0, user: Int64($0 + 1), port: 30000))
                }
                #expect(refusals.count { $0 == nil } == 1)
                #expect(refusals.count { $0 == .portsTaken([30000]) } == 199)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `of 200 reservations at once with one key, one is made and the others are told of it`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let refusals = try await concurrently(0..<200) { number in
                    try await store.refusal(of: .sample(number, user: Int64(number + 1), key: "key"))
                }
                let winner = try #require(try await store.allRecords().first)
                #expect(refusals.count { $0 == nil } == 1)
                #expect(refusals.count { $0 == .keyUsed(winner) } == 199)
            }
        }

        /// Room for exactly 37; the other resource has room to spare.
        @Test(
            arguments: StoreFactory.all,
            [ReservationLimits.budget(37 * 100, .max), .budget(37 * 100 + 99, .max), .budget(.max, 37 * 1000)]
        )
        func `200 reservations at once use the budget up and never exceed it`(factory: StoreFactory, limits: ReservationLimits) async throws
        {
            try await factory.withStore { store in
                let refusals = try await concurrently(0..<200) { number in
                    try await store.refusal(of: .sample(number, user: Int64(number + 1), cpu: 100, memory: 1000), within: limits)
                }
                #expect(refusals.count { $0 == nil } == 37)
                let full = ResourceAmount(cpuMilli: 3700, memoryBytes: 37_000)
                #expect(refusals.count { $0 == .overBudget(reserved: full) } == 163)
                #expect(try await store.reserved() == full)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `of 60 reservations that change to one port at once, one gets it`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                for number in 0..<60 { try await store.add(.sample(number)) }
                let got = try await concurrently(0..<60) { number in
                    do {
                        try await store.changePort(of: .numbered(number), owner: "owner-1", from: 30000 + number, to: 31000, at: .start)
                        return true
                    } catch ReservationRefusal.portsTaken {
                        return false
                    }
                }
                #expect(got.count { $0 } == 1)
                #expect(Set(try await store.allRecords().map(\.nodePort)).count == 60)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `an owner who finishes and another who reclaims never both succeed`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                for number in 0..<60 { try await store.add(.sample(number)) }
                _ = try await concurrently(0..<120) { number in
                    let id = StackID.numbered(number / 2)
                    if number.isMultiple(of: 2) {
                        do {
                            _ = try await store.activate(id, owner: "owner-1", nodeID: "node-1", at: .start(plus: 1))
                        } catch StoreError.lostReservation { /* reclaimed */  }
                    } else {
                        let marked = try await store.beginDelete(id, ifUnchanged: .sample(number / 2), at: .start(plus: 2))
                        #expect(marked == nil || marked?.nodeID == nil)
                    }
                }
                for record in try await store.allRecords() {
                    #expect(record.state == (record.nodeID == nil ? .deleting : .active))
                }
            }
        }

        @Test(arguments: StoreFactory.all)
        func `the limits hold while stacks come and go, and nothing is left in the end`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let limits = ReservationLimits(stacksPerUser: 3, budget: ResourceAmount(cpuMilli: 1000, memoryBytes: .max))
                let made = try await concurrently(0..<200) { number in
                    let record = StackRecord.sample(
                        number,
                        user: Int64(1 + number % 5),
                        problem: Int64(1 + number % 4),
                        port: 30000 + number % 25
                    )
                    guard try await store.refusal(of: record, within: limits) == nil else { return 0 }
                    if factory.listsAreSnapshots { Self.expectLimits(try await store.allRecords()) }
                    _ = try await store.activate(record.id, owner: record.owner, nodeID: "node-1", at: .start)
                    try await store.drop(record.id)
                    return 1
                }
                #expect(made.contains(1))
                #expect(try await store.allRecords() == [])
                #expect(try await store.reserved() == .zero)
                let whole = StackRecord.sample(1, cpu: 1000)
                #expect(try await store.refusal(of: whole, within: limits) == nil)
            }
        }

        /// Three stacks for each user, ten in all, and nothing twice.
        private static func expectLimits(_ all: [StackRecord]) {
            #expect(all.count <= 10)
            #expect(Set(all.map(\.nodePort)).count == all.count)
            #expect(Set(all.map { [$0.userID, $0.problemID] }).count == all.count)
            for own in Dictionary(grouping: all, by: \.userID).values { #expect(own.count <= 3) }
        }
    }
}
