import DynamoDB
import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Testing

@testable import StackStoreDynamoDB

/// Items that contradict each other are found, and mended while services are at work.
@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct AuditTests {
    private static func table(_ test: TestTable) -> StackTable {
        StackTable(client: test.client, name: test.name, pause: { _ in })
    }

    private static func put(_ test: TestTable, _ item: DynamoDB.Item) async throws {
        _ = try await test.client.putItem(DynamoDB.PutItemInput(item: item, tableName: test.name))
    }

    private static func delete(_ test: TestTable, _ key: DynamoDB.Item) async throws {
        _ = try await test.client.deleteItem(DynamoDB.DeleteItemInput(key: key, tableName: test.name))
    }

    @Test func `a table in which stacks come and go is in order`() async throws {
        try await TestTable.with(mayScan: true) { test in
            for number in 0..<6 {
                let record = StackRecord.sample(
                    user: Int64(1 + number % 2),
                    problem: Int64(1 + number),
                    key: "k\(number)",
                    nodePort: 30000 + number
                )
                try await test.store.reserve(record, within: .wide)
                guard number.isMultiple(of: 3) else { continue }
                _ = try await test.store.beginDelete(record.id, ifUnchanged: nil, at: .after(1))
                try await test.store.remove(record.id)
            }
            _ = try await test.store.installationID()
            _ = try await test.store.heartbeat(of: "replica-a", at: .start)
            #expect(try await Self.table(test).audit() == StackTable.Audit())
        }
    }

    @Test func `what a row leaves that was deleted by hand is found, mended, and free again`() async throws {
        try await TestTable.with(mayScan: true) { test in
            let kept = StackRecord.sample(user: 7, problem: 1, nodePort: 30001)
            let lost = StackRecord.sample(user: 7, problem: 2, key: "K", nodePort: 30002)
            for record in [kept, lost] { try await test.store.reserve(record, within: .wide) }
            try await Self.delete(test, ItemKey.stack(lost.id))
            let table = Self.table(test)
            let audit = try await table.audit()
            #expect(audit.hasCounted && audit.discrepancies.count == 5, "\(audit.discrepancies)")
            #expect(audit.discrepancies.contains(.count(user: 7, found: 2, expected: 1)))
            for (pk, sk) in [("USER#7", "PROBLEM#2"), ("PORT#30002", "PORT"), ("KEY#K", "KEY")] {
                #expect(audit.discrepancies.contains(.dangling(pk: pk, sk: sk, holder: lost.id)))
            }
            #expect(Set(try await table.repair(audit.discrepancies)) == Set(audit.discrepancies))
            #expect(try await table.audit() == StackTable.Audit())
            #expect(try await test.store.allRecords() == [kept])
            try await test.store.reserve(.sample(user: 7, problem: 2, key: "K", nodePort: 30002), within: .wide)
        }
    }

    @Test func `what has changed since it was found is left alone`() async throws {
        try await TestTable.with(mayScan: true) { test in
            let record = StackRecord.sample(user: 7, problem: 1, nodePort: 30001)
            try await test.store.reserve(record, within: .wide)
            try await Self.delete(test, ItemKey.stack(record.id))
            let table = Self.table(test)
            let found = try await table.audit().discrepancies
            // Somebody puts the row back, and another stack of the user is made.
            try await Self.put(test, record.item)
            try await test.store.reserve(.sample(user: 7, problem: 2, nodePort: 30002), within: .wide)
            let repaired = try await table.repair(found)
            #expect(repaired.allSatisfy { if case .counter = $0 { true } else { false } }, "\(repaired)")
            #expect(try await table.audit().discrepancies.filter { if case .counter = $0 { false } else { true } } == [])
        }
    }

    @Test func `counters that were changed by hand are counted anew`() async throws {
        try await TestTable.with(mayScan: true) { test in
            let record = StackRecord.sample(user: 7)
            try await test.store.reserve(record, within: .wide)
            var counter = ItemKey.capacity(record.id)
            counter["cpu_milli"] = .n("-9223372036854775808")
            counter["memory_bytes"] = .n("9223372036854775807")
            try await Self.put(test, counter)
            var count = ItemKey.count(user: 8)
            count["stacks"] = .n("3")
            try await Self.put(test, count)
            let table = Self.table(test)
            let found = try await table.audit().discrepancies
            #expect(found.count == 2 && found.contains(.count(user: 8, found: 3, expected: 0)))
            // A leading replica sees those of the users that have stacks.
            #expect(try await test.store.counterDiscrepancies()?.count == 1)
            #expect(try await table.repair(found).count == 2)
            #expect(try await table.audit() == StackTable.Audit())
            let counted = try await test.store.totalReserved()
            #expect(counted == record.requested)
        }
    }

    @Test func `after a repair of a counter the bound of the budget is set anew`() async throws {
        try await TestTable.with(mayScan: true) { test in
            let lost = StackRecord.sample(user: 1, nodePort: 30001)
            let budget = lost.requested + lost.requested + lost.requested
            try await test.store.reserve(lost, within: .wide)
            try await Self.put(test, ItemKey.capacity(lost.id).merging(["cpu_milli": .n("0"), "memory_bytes": .n("0")]) { $1 })
            // The counter is too low, and so is the bound that follows from it.
            let other = StackRecord.sample(user: 2, nodePort: 30002)
            try await test.store.reserve(other, within: ReservationLimits(stacksPerUser: 5, budget: lost.requested))
            let table = Self.table(test)
            #expect(try await table.repair(try await table.audit().discrepancies).count == 1)
            let large = StackRecord.sample(user: 3, nodePort: 30003, requested: lost.requested + lost.requested)
            await #expect(throws: ReservationRefusal.overBudget(reserved: lost.requested + lost.requested)) {
                try await test.store.reserve(large, within: ReservationLimits(stacksPerUser: 5, budget: budget))
            }
        }
    }

    @Test func `while a row cannot be read it is named, and nothing is counted anew`() async throws {
        try await TestTable.with(mayScan: true) { test in
            let record = StackRecord.sample(user: 7)
            try await test.store.reserve(record, within: .wide)
            var item = record.item
            item["protocol"] = .s("SCTP")
            try await Self.put(test, item)
            try await Self.put(test, ["pk": .s("USER#9"), "sk": .s("COUNT"), "stack_count": .n("1")])
            try await Self.put(test, ["pk": .s("PORT#1"), "sk": .s("PORT"), "stack_id": .n("1")])
            let audit = try await Self.table(test).audit()
            #expect(!audit.hasCounted && audit.discrepancies.count == 3)
            #expect(audit.discrepancies.contains(.predecessor(pk: "USER#9")))
            #expect(audit.discrepancies.allSatisfy { !$0.canBeRepaired })
            #expect(audit.discrepancies.contains { $0.sentence.contains("protocol is s(\"SCTP\")") })
            #expect(try await test.store.counterDiscrepancies() == nil)
        }
    }

    @Test func `stacks that come and go while the table is checked look like nothing`() async throws {
        try await TestTable.with(mayScan: true) { test in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<3 {
                    group.addTask {
                        for round in 0..<6 {
                            let record = StackRecord.sample(
                                user: Int64(worker + 1),
                                problem: Int64(round + 1),
                                nodePort: 30000 + worker * 100 + round
                            )
                            try await test.store.reserve(record, within: .wide)
                            _ = try await test.store.beginDelete(record.id, ifUnchanged: nil, at: .after(1))
                            if !round.isMultiple(of: 2) { try await test.store.remove(record.id) }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<3 {
                        let found = try await Self.table(test).audit().discrepancies
                        #expect(found == [])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await Self.table(test).audit() == StackTable.Audit())
        }
    }
}
