import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Synchronization
import Testing

@testable import StackStoreDynamoDB

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct BudgetTests {
    @Test func `many at once never exceed the budget, and fill it`() async throws {
        try await TestTable.with { table in
            let unit = ResourceAmount(cpuMilli: 100, memoryBytes: 1 << 20)
            let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 1000, memoryBytes: 1 << 30))
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<30 {
                    group.addTask {
                        do {
                            let record = StackRecord.sample(user: Int64(index + 1), nodePort: 30000 + index, requested: unit)
                            try await table.store.reserve(record, within: limits)
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
            // The capacity version has changed before, so often.
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

    @Test func `a reservation that finds the budget exceeded after it was written takes itself back whole`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 1000, memoryBytes: 1 << 40))
            let early = StackRecord.sample(user: 1, nodePort: 30001, requested: ResourceAmount(cpuMilli: 1000, memoryBytes: 1))
            // So small that it does not see itself at the edge.
            let late = StackRecord.sample(user: 2, key: "K", nodePort: 30002, requested: ResourceAmount(cpuMilli: 1, memoryBytes: 1))
            Self.overtake(table, proxy, with: early, within: limits)
            proxy.forget()
            await #expect(throws: ReservationRefusal.overBudget(reserved: early.requested)) {
                try await table.store.reserve(late, within: limits)
            }
            // Written by the one, written by the other, taken back.
            #expect(proxy.requests.count { $0.operation == "TransactWriteItems" } == 3)
            #expect(try await table.store.allRecords() == [early])
            #expect(try await table.store.totalReserved() == early.requested)
            // Its port, its key, its lock and its count are free.
            let again = StackRecord.sample(user: 2, key: "K", nodePort: 30002)
            try await table.store.reserve(again, within: ReservationLimits(stacksPerUser: 1, budget: nil))
        }
    }

    @Test func `without a budget nothing is looked at twice`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            proxy.forget()
            try await table.store.reserve(.sample(), within: .wide)
            #expect(proxy.requests.map(\.operation).sorted() == ["BatchGetItem", "Query", "TransactWriteItems"])
        }
    }
}
