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
            let records = try await table.store.records()
            #expect(records.count == 10)
            #expect(try await table.store.totalReserved() == ResourceAmount(cpuMilli: 1000, memoryBytes: 10 << 20))
        }
    }

    @Test func `a reservation that finds the budget exceeded after it was written takes itself back whole`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let early = StackRecord.sample(user: 1, nodePort: 30001)
            let late = StackRecord.sample(user: 2, key: "K", nodePort: 30002)
            let limits = ReservationLimits(stacksPerUser: 5, budget: early.requested)
            let isDue = Mutex(true)
            proxy.setFate { request in
                let isFirst =
                    request.operation == "TransactWriteItems"
                    && isDue.withLock { isDue in
                        defer { isDue = false }
                        return isDue
                    }
                // Between the reads and the transaction of the one comes the whole of the other.
                if isFirst { do { try await table.store.reserve(early, within: limits) } catch { Issue.record(error) } }
                return .forward
            }
            await #expect(throws: ReservationRefusal.overBudget(reserved: early.requested)) {
                try await table.store.reserve(late, within: limits)
            }
            #expect(try await table.store.records() == [early])
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
