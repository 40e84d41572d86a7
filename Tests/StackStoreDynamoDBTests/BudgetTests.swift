import DynamoDB
import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Synchronization
import Testing

@testable import StackStoreDynamoDB

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct BudgetTests {
    @Test(arguments: [1, 2])
    func `many at once never exceed the budget, and fill it`(replicas: Int) async throws {
        try await TestTable.with { table in
            try await table.withReplica { replica in
                let unit = ResourceAmount(cpuMilli: 100, memoryBytes: 1 << 20)
                let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 1000, memoryBytes: 1 << 30))
                let outcomes = await withTaskGroup(of: Bool.self) { group in
                    for index in 0..<30 {
                        let store = index.isMultiple(of: replicas) ? table.store : replica
                        group.addTask {
                            do {
                                let record = StackRecord.sample(user: Int64(index + 1), nodePort: 30000 + index, requested: unit)
                                try await store.reserve(record, within: limits)
                                return true
                            } catch ReservationRefusal.overBudget(let reserved) {
                                #expect(reserved.cpuMilli > 900)
                            } catch {
                                Issue.record(error)
                            }
                            return false
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(outcomes == 10)
                let records = try await table.store.allRecords()
                #expect(records.count == 10)
                #expect(try await table.store.totalReserved() == ResourceAmount(cpuMilli: 1000, memoryBytes: 10 << 20))
            }
        }
    }

    /// Lets another replica make a reservation between the reads and the transaction of the next one.
    private static func overtake(_ table: TestTable, _ proxy: Proxy, with record: StackRecord, within limits: ReservationLimits) {
        let replica = DynamoDBStackStore(client: table.client, table: table.name)
        let isDue = Mutex(true)
        proxy.setFate { request in
            let isFirst =
                request.operation == "TransactWriteItems"
                && isDue.withLock { isDue in
                    defer { isDue = false }
                    return isDue
                }
            if isFirst { do { try await replica.reserve(record, within: limits) } catch { Issue.record(error) } }
            return .forward
        }
    }

    @Test(arguments: [0, 1, 2])
    func `at low headroom a reservation that loses the race writes nothing`(passages: Int) async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let early = StackRecord.sample(user: 1, nodePort: 30001)
            let limits = ReservationLimits(stacksPerUser: 5, budget: early.requested)
            // The bound was corrected before, so often.
            for _ in 0..<passages {
                let earlier = StackRecord.sample()
                try await table.store.reserve(earlier, within: limits)
                _ = try await table.store.beginDelete(earlier.id, ifUnchanged: nil, at: .after(1))
                try await table.store.remove(earlier.id)
            }
            Self.overtake(table, proxy, with: early, within: limits)
            proxy.forget()
            await #expect(throws: ReservationRefusal.overBudget(reserved: early.requested)) {
                try await table.store.reserve(.sample(user: 2, nodePort: 30002), within: limits)
            }
            // Its own transaction, which failed, and the other's.
            #expect(proxy.requests.count { $0.operation == "TransactWriteItems" } == 2)
            let records = try await table.store.allRecords()
            #expect(records == [early])
        }
    }

    @Test func `a small reservation that knows of room meets the bound in its transaction, and writes nothing`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 1000, memoryBytes: 1 << 40))
            let first = StackRecord.sample(user: 3, nodePort: 30003, requested: ResourceAmount(cpuMilli: 1, memoryBytes: 1))
            try await table.store.reserve(first, within: limits)
            let early = StackRecord.sample(user: 1, nodePort: 30001, requested: ResourceAmount(cpuMilli: 999, memoryBytes: 1))
            let late = StackRecord.sample(user: 2, key: "K", nodePort: 30002, requested: ResourceAmount(cpuMilli: 1, memoryBytes: 1))
            Self.overtake(table, proxy, with: early, within: limits)
            proxy.forget()
            await #expect(throws: ReservationRefusal.overBudget(reserved: first.requested + early.requested)) {
                try await table.store.reserve(late, within: limits)
            }
            // That of the one, which was cancelled, and that of the other.
            #expect(proxy.requests.count { $0.operation == "TransactWriteItems" } == 2)
            #expect(Set(try await table.store.allRecords().map(\.id)) == [first.id, early.id])
            // Its port, its key, its lock and its count are free.
            let again = StackRecord.sample(user: 2, key: "K", nodePort: 30002)
            try await table.store.reserve(again, within: ReservationLimits(stacksPerUser: 1, budget: nil))
        }
    }

    @Test func `what is removed makes room, although the bound stays`() async throws {
        try await TestTable.with { table in
            let limits = ReservationLimits(stacksPerUser: 5, budget: StackRecord.sample().requested)
            for number in 0..<4 {
                let record = StackRecord.sample(nodePort: 30000 + number)
                try await table.store.reserve(record, within: limits)
                await #expect(throws: ReservationRefusal.overBudget(reserved: record.requested)) {
                    try await table.store.reserve(.sample(user: 7, nodePort: 30100), within: limits)
                }
                _ = try await table.store.beginDelete(record.id, ifUnchanged: nil, at: .after(1))
                try await table.store.remove(record.id)
            }
        }
    }

    /// What an earlier version adds with plenty of room: to the counter, and not to the bound.
    private static func reserveAsEarlierVersion(_ record: StackRecord, _ table: TestTable) async throws {
        let transaction = DynamoDB.TransactWriteItemsInput(transactItems: record.reservation(stacksPerUser: 5, in: table.name))
        _ = try await table.client.transactWriteItems(transaction)
    }

    @Test func `while a replica of an earlier version lives, the counters are read before each reservation`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let store = table.store
            let unit = ResourceAmount(cpuMilli: 100, memoryBytes: 1)
            let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 400, memoryBytes: 1 << 30))
            func reserve(_ user: Int64) async throws -> [String] {
                proxy.forget()
                try await store.reserve(.sample(user: user, nodePort: 30000 + Int(user), requested: unit), within: limits)
                return proxy.requests.map(\.operation)
            }
            let reading = ["BatchGetItem", "Query", "TransactWriteItems"]
            #expect(try await reserve(1) == reading)
            #expect(try await reserve(2) == ["TransactWriteItems"])
            let heartbeat = store.withExpiry(ItemKey.replica("earlier"), at: .start)
            _ = try await table.client.putItem(DynamoDB.PutItemInput(item: heartbeat, tableName: table.name))
            _ = try await store.heartbeat(of: "a", at: .start)
            try await Self.reserveAsEarlierVersion(.sample(user: 3, nodePort: 30003, requested: unit), table)
            #expect(try await reserve(4) == reading)
            await #expect(throws: ReservationRefusal.overBudget(reserved: ResourceAmount(cpuMilli: 400, memoryBytes: 4))) {
                try await store.reserve(.sample(user: 5, nodePort: 30005, requested: unit), within: limits)
            }
            _ = try await store.heartbeat(of: "a", at: .after(91))
            let wider = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 4000, memoryBytes: 1 << 30))
            for (user, expected) in [(6, reading), (7, ["TransactWriteItems"])] as [(Int64, [String])] {
                proxy.forget()
                try await store.reserve(.sample(user: user, nodePort: 30000 + Int(user), requested: unit), within: wider)
                #expect(proxy.requests.map(\.operation) == expected)
            }
        }
    }

    @Test func `what a replica of an earlier version added unseen counts after the next heartbeat`() async throws {
        try await TestTable.with { table in
            let store = table.store
            let unit = ResourceAmount(cpuMilli: 100, memoryBytes: 1)
            let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 200, memoryBytes: 1 << 30))
            try await store.reserve(.sample(user: 1, nodePort: 30001, requested: unit), within: limits)
            try await Self.reserveAsEarlierVersion(.sample(user: 2, nodePort: 30002, requested: unit), table)
            _ = try await store.heartbeat(of: "a", at: .start)
            await #expect(throws: ReservationRefusal.overBudget(reserved: ResourceAmount(cpuMilli: 200, memoryBytes: 2))) {
                try await store.reserve(.sample(user: 3, nodePort: 30003, requested: unit), within: limits)
            }
        }
    }

    @Test func `a reservation of an earlier version at low headroom ends the bound`() async throws {
        try await TestTable.with { table in
            let unit = ResourceAmount(cpuMilli: 100, memoryBytes: 1)
            let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 200, memoryBytes: 1 << 30))
            try await table.store.reserve(.sample(user: 1, nodePort: 30001, requested: unit), within: limits)
            try await Self.reserveAsEarlierVersion(.sample(user: 2, nodePort: 30002, requested: unit), table)
            let update = DynamoDB.UpdateItemInput(
                conditionExpression: "version = :seen",
                expressionAttributeValues: [":seen": .n("1"), ":next": .n("2")],
                key: ItemKey.capacityBound,
                tableName: table.name,
                updateExpression: "SET version = :next"
            )
            _ = try await table.client.updateItem(update)
            await #expect(throws: ReservationRefusal.overBudget(reserved: ResourceAmount(cpuMilli: 200, memoryBytes: 2))) {
                try await table.store.reserve(.sample(user: 3, nodePort: 30003, requested: unit), within: limits)
            }
        }
    }
}
