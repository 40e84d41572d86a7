import FoundationEssentials
import Stacks
import TestSupport
import Testing

extension StoreConformance {
    @Suite struct RenewalTests {
        @Test(arguments: StoreFactory.all, [StackRecord.State.reserved, .active])
        func `renewing sets end and time, and nothing else`(factory: StoreFactory, state: StackRecord.State) async throws {
            try await factory.withStore { store in
                let seen = try await store.add(.sample(1, key: "key"), state: state)
                var expected = seen
                expected.expiresAt = .start(plus: 9_000_000_000)
                expected.updatedAt = .start(plus: 3)
                let renewed = try await store.renew(seen.id, to: expected.expiresAt, ifUnchanged: seen, at: .start(plus: 3))
                #expect(renewed == expected)
                #expect(try await store.record(seen.id) == expected)
                // It still holds all that it held, and frees it when it is removed.
                #expect(try await store.refusal(of: .sample(2, port: seen.nodePort)) == .portsTaken([seen.nodePort]))
                try await store.drop(seen.id)
                #expect(try await store.allRecords() == [])
                #expect(try await store.refusal(of: .sample(1, key: "key")) == nil)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a renewal to the same end changes the update time`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let seen = try await store.add(.sample(1), state: .active)
                var expected = seen
                expected.updatedAt = .start(plus: 3)
                #expect(try await store.renew(seen.id, to: seen.expiresAt, ifUnchanged: seen, at: .start(plus: 3)) == expected)
                #expect(try await store.record(seen.id) == expected)
            }
        }

        @Test(arguments: StoreFactory.all, StackRecord.State.allCases)
        func `a renewal of a record that has changed since, is being deleted or is gone writes nothing`(
            factory: StoreFactory,
            state: StackRecord.State
        ) async throws {
            try await factory.withStore { store in
                let before = try await store.add(.sample(1), state: state)
                var stale = StackRecord.State.allCases.filter { $0 != state }.map { other in
                    var seen = before
                    seen.state = other
                    return seen
                }
                stale += [before, before]
                stale[stale.count - 2].owner = "owner-2"
                stale[stale.count - 1].updatedAt = .start(plus: -1)
                if state == .deleting || state == .failed { stale.append(before) }
                for seen in stale {
                    let renewed = try await store.renew(before.id, to: .start(plus: 99_000_000_000), ifUnchanged: seen, at: .start(plus: 5))
                    #expect(renewed == nil)
                    #expect(try await store.record(before.id) == before)
                }
                let absent = StackRecord.sample(2)
                #expect(try await store.renew(absent.id, to: .start, ifUnchanged: absent, at: .start(plus: 5)) == nil)
                #expect(try await store.allRecords() == [before])
            }
        }

        @Test(arguments: StoreFactory.all, [true, false])
        func `of a renewal and a mark because of expiry, seen from the same record, one takes place`(
            factory: StoreFactory,
            isRenewedFirst: Bool
        ) async throws {
            try await factory.withStore { store in
                let seen = try await store.add(.sample(1), state: .active)
                let end = seen.expiresAt.addingTimeInterval(60)
                func renewed() async throws -> Bool {
                    try await store.renew(seen.id, to: end, ifUnchanged: seen, at: .start(plus: 1)) != nil
                }
                func marked() async throws -> Bool {
                    try await store.beginDelete(seen.id, ifUnchanged: seen, at: .start(plus: 2)) != nil
                }
                if isRenewedFirst {
                    #expect(try await renewed())
                    #expect(try await !marked())
                    #expect(try await store.record(seen.id)?.state == .active)
                } else {
                    #expect(try await marked())
                    #expect(try await !renewed())
                    #expect(try await store.record(seen.id)?.expiresAt == seen.expiresAt)
                }
            }
        }

        @Test(arguments: StoreFactory.all)
        func `of many renewals and marks at the same moment one takes place`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                for number in 1...8 {
                    let seen = try await store.add(.sample(number, user: Int64(number)), state: .active)
                    let done = try await concurrently(0..<8) { attempt in
                        let now = Date.start(plus: Int64(attempt + 1))
                        let changed =
                            attempt % 2 == 0
                            ? try await store.renew(seen.id, to: seen.expiresAt.addingTimeInterval(60), ifUnchanged: seen, at: now)
                            : try await store.beginDelete(seen.id, ifUnchanged: seen, at: now)
                        return changed.map(\.state)
                    }
                    #expect(done.compactMap { $0 }.count == 1)
                    let left = try #require(try await store.record(seen.id))
                    #expect(done.contains(left.state))
                    #expect((left.expiresAt == seen.expiresAt) == (left.state == .deleting))
                }
            }
        }
    }

    @Suite struct BulkDeleteTests {
        @Test(
            arguments: StoreFactory.all,
            [
                (OwnerFilter(userID: 1), [1, 2, 3]), (OwnerFilter(problemID: 7), [1, 4]), (OwnerFilter(userID: 1, problemID: 7), [1]),
                (OwnerFilter(userID: 2, problemID: 9), []), (OwnerFilter(userID: 9), []),
            ] as [(OwnerFilter, [Int])]
        )
        func `every stack of an owner that is not yet being deleted is marked, and no other`(
            factory: StoreFactory,
            row: (owner: OwnerFilter, marked: [Int])
        ) async throws {
            try await factory.withStore { store in
                try await store.add(.sample(1, user: 1, problem: 7), state: .active)
                try await store.add(.sample(2, user: 1, problem: 8), state: .reserved)
                try await store.add(.sample(3, user: 1, problem: 9), state: .active)
                try await store.add(.sample(4, user: 2, problem: 7), state: .reserved)
                try await store.add(.sample(5, user: 1, problem: 10), state: .deleting)
                try await store.add(.sample(6, user: 3, problem: 7), state: .deleting)
                var elsewhere = StackRecord.sample(7, user: 1, problem: 11)
                elsewhere.namespace = "elsewhere"
                try await store.add(elsewhere)
                let before = try await store.allRecords()
                let marked = try await store.beginDelete(of: row.owner, inNamespace: "stacks", at: .start(plus: 5))
                #expect(Set(marked) == Set(row.marked.map { .numbered($0) }))
                #expect(marked.count == row.marked.count)
                let expected = before.map { record in
                    var record = record
                    if marked.contains(record.id) { (record.state, record.updatedAt) = (.deleting, .start(plus: 5)) }
                    return record
                }
                #expect(try await store.allRecords() == expected)
                // A repetition finds nothing more to do.
                #expect(try await store.beginDelete(of: row.owner, inNamespace: "stacks", at: .start(plus: 9)) == [])
                #expect(try await store.allRecords() == expected)
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a hundred stacks of a problem are marked, and a create at work loses its reservation`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                _ = try await concurrently(0..<100) { number in
                    let state = number % 2 == 0 ? StackRecord.State.active : .reserved
                    return try await store.add(.sample(number, user: Int64(number + 1), problem: 7), state: state)
                }
                let marked = try await store.beginDelete(of: OwnerFilter(problemID: 7), inNamespace: "stacks", at: .start(plus: 5))
                #expect(Set(marked) == Set((0..<100).map { .numbered($0) }))
                await #expect(throws: StoreError.lostReservation(.numbered(1))) {
                    _ = try await store.activate(.numbered(1), owner: "owner-1", nodeID: "node-1", at: .start(plus: 6))
                }
            }
        }
    }
}
