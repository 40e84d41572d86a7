import FoundationEssentials
import Stacks
import TestSupport
import Testing

extension StoreConformance {
    @Suite struct TransitionTests {
        @Test(arguments: StoreFactory.all)
        func `activating sets state, node and time, and nothing else`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                var expected = try await store.add(.sample(1, key: "key"))
                expected.state = .active
                expected.nodeID = "node-7"
                expected.updatedAt = .start(plus: 3)
                #expect(try await store.activate(expected.id, owner: "owner-1", nodeID: "node-7", at: .start(plus: 3)) == expected)
                #expect(try await store.record(expected.id) == expected)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `changing the port sets port and time, frees the old port and takes the new one`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                var expected = try await store.add(.sample(1, port: 30001))
                expected.ports[0].nodePort = 30002
                expected.updatedAt = .start(plus: 3)
                try await store.changePort(of: expected.id, owner: "owner-1", from: 30001, to: 30002, at: .start(plus: 3))
                #expect(try await store.record(expected.id) == expected)
                #expect(try await store.refusal(of: .sample(2, port: 30002)) == .portsTaken([30002]))
                #expect(try await store.refusal(of: .sample(2, port: 30001)) == nil)
            }
        }

        @Test(arguments: StoreFactory.all, StackRecord.State.holding)
        func `a port of another record, whatever its state, is taken`(factory: StoreFactory, state: StackRecord.State) async throws {
            try await factory.withStore { store in
                let record = try await store.add(.sample(1, port: 30001))
                try await store.add(.sample(2, port: 30002), state: state)
                await #expect(throws: ReservationRefusal.portsTaken([30002])) {
                    try await store.changePort(of: record.id, owner: "owner-1", from: 30001, to: 30002, at: .start(plus: 3))
                }
                #expect(try await store.record(record.id) == record)
            }
        }

        @Test(
            arguments: StoreFactory.all,
            [
                (state: StackRecord.State?.some(.reserved), owner: "owner-2"), (.active, "owner-1"), (.deleting, "owner-1"),
                (.failed, "owner-1"), (nil, "owner-1"),
            ]
        )
        func `only the owner of a reservation may go on with it`(
            factory: StoreFactory,
            row: (state: StackRecord.State?, owner: String)
        ) async throws {
            try await factory.withStore { store in
                let record = StackRecord.sample(1)
                var before: StackRecord?
                if let state = row.state { before = try await store.add(record, state: state) }
                await #expect(throws: StoreError.lostReservation(record.id)) {
                    _ = try await store.activate(record.id, owner: row.owner, nodeID: "node-9", at: .start(plus: 3))
                }
                await #expect(throws: StoreError.lostReservation(record.id)) {
                    try await store.changePort(of: record.id, owner: row.owner, from: 30001, to: 31000, at: .start(plus: 3))
                }
                #expect(try await store.record(record.id) == before)
                #expect(try await store.refusal(of: .sample(2, port: 31000)) == nil)
            }
        }

        @Test(arguments: StoreFactory.all, StackRecord.State.holding)
        func `a record that is marked for deletion keeps everything it holds`(factory: StoreFactory, state: StackRecord.State) async throws
        {
            try await factory.withStore { store in
                var expected = try await store.add(.sample(1, key: "key"), state: state)
                let isNew = state != .deleting
                expected.state = .deleting
                if isNew { expected.updatedAt = .start(plus: 5) }
                #expect(try await store.beginDelete(expected.id, ifUnchanged: nil, at: .start(plus: 5)) == expected)
                // A repetition changes nothing, not even the time.
                #expect(try await store.beginDelete(expected.id, ifUnchanged: nil, at: .start(plus: 9)) == expected)
                #expect(try await store.record(expected.id) == expected)

                #expect(try await store.refusal(of: .sample(2, key: "key")) == .keyUsed(expected))
                #expect(try await store.refusal(of: .sample(2, problem: expected.problemID)) == .stackExists(expected.id))
                #expect(try await store.refusal(of: .sample(2, port: expected.nodePort)) == .portsTaken([expected.nodePort]))
                let reserved = ResourceAmount(cpuMilli: expected.requestedCPUMilli, memoryBytes: expected.requestedMemoryBytes)
                #expect(try await store.reserved() == reserved)
            }
        }

        @Test(arguments: StoreFactory.all, StackRecord.State.allCases)
        func `a mark for a record as it was seen touches no other`(factory: StoreFactory, state: StackRecord.State) async throws {
            try await factory.withStore { store in
                let before = try await store.add(.sample(1), state: state)
                var stale: [StackRecord] = []
                for other in StackRecord.State.allCases where other != state {
                    stale.append(before)
                    stale[stale.count - 1].state = other
                }
                stale += [before, before]
                stale[stale.count - 2].owner = "owner-2"
                stale[stale.count - 1].updatedAt = .start(plus: -1)
                for seen in stale {
                    let marked = try await store.beginDelete(before.id, ifUnchanged: seen, at: .start(plus: 5))
                    let after = try await store.record(before.id)
                    #expect(marked == nil)
                    #expect(after == before)
                }
                let marked = try await store.beginDelete(before.id, ifUnchanged: before, at: .start(plus: 5))
                let after = try await store.record(before.id)
                #expect(marked?.state == (state == .failed ? .failed : .deleting))
                #expect(after == marked)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a reservation that its owner has changed since, or another has made under the same id, is not reclaimed`(
            factory: StoreFactory
        ) async throws {
            try await factory.withStore { store in
                let seen = try await store.add(.sample(1))
                try await store.changePort(of: seen.id, owner: seen.owner, from: seen.nodePort, to: 31000, at: .start(plus: 1))
                #expect(try await store.beginDelete(seen.id, ifUnchanged: seen, at: .start(plus: 2)) == nil)
                #expect(try await store.record(seen.id)?.state == .reserved)
                try await store.drop(seen.id)
                let other = try await store.add(.sample(1, owner: "owner-2"))
                #expect(try await store.beginDelete(seen.id, ifUnchanged: seen, at: .start(plus: 2)) == nil)
                #expect(try await store.record(seen.id) == other)
            }
        }

        @Test(arguments: StoreFactory.all, [StackRecord.State?.none, .reserved, .active, .deleting, .failed])
        func `what does not exist cannot be marked`(factory: StoreFactory, state: StackRecord.State?) async throws {
            try await factory.withStore { store in
                var seen = state.map { _ in StackRecord.sample(1) }
                if let state { seen?.state = state }
                let marked = try await store.beginDelete(.numbered(1), ifUnchanged: seen, at: .start)
                #expect(marked == nil)
            }
        }

        @Test(arguments: StoreFactory.all, [StackRecord.State.reserved, .active])
        func `a record is not removed before it is marked`(factory: StoreFactory, state: StackRecord.State) async throws {
            try await factory.withStore { store in
                let record = try await store.add(.sample(1), state: state)
                try await store.remove(record.id)
                #expect(try await store.allRecords() == [record])
            }
        }

        @Test(arguments: StoreFactory.all)
        func `removing frees id, lock, count, key, port and resources, and repeats`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let record = StackRecord.sample(1, key: "key")
                let limits = ReservationLimits(
                    stacksPerUser: 1,
                    budget: ResourceAmount(cpuMilli: record.requestedCPUMilli, memoryBytes: record.requestedMemoryBytes)
                )
                for _ in 0..<3 {
                    #expect(try await store.refusal(of: record, within: limits) == nil)
                    try await store.drop(record.id)
                    try await store.remove(record.id)
                    #expect(try await store.record(record.id) == nil)
                    #expect(try await store.allRecords() == [])
                }
                try await store.remove(.numbered(2))
            }
        }
    }
}
