import DynamoDBTestSupport
import FoundationEssentials
import StackStoreDynamoDB
import Stacks
import Testing

/// Measures many creates at once and a long list, and prints the figures. Only on request, for it takes minutes:
/// `DYNAMODB_TRANSACTION_MS=10 scripts/dynamodb-server 8000 &`, then
/// `TEST_DYNAMODB_LOAD=1 TEST_DYNAMODB_ENDPOINT=http://127.0.0.1:8000 swift test --filter LoadTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TEST_DYNAMODB_LOAD"] == "1", "TEST_DYNAMODB_LOAD is unset"))
struct LoadTests {
    @Test func `a hundred creates at once, of different users`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: .max / 2, memoryBytes: .max / 2))
            proxy.forget()
            let started = ContinuousClock.now
            let outcomes = await withTaskGroup(of: Duration?.self) { group in
                for index in 0..<100 {
                    let record = StackRecord.sample(user: Int64(index + 1), nodePort: 30000 + index)
                    group.addTask {
                        let started = ContinuousClock.now
                        do { try await table.store.reserve(record, within: limits) } catch { return nil }
                        return ContinuousClock.now - started
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let latencies = outcomes.compactMap(\.self).sorted()
            let transactions = proxy.requests.count { $0.operation == "TransactWriteItems" }
            print(
                "\(latencies.count) of 100 creates in \(ContinuousClock.now - started), \(transactions) transactions, "
                    + "median \(latencies[latencies.count / 2]), longest \(latencies[latencies.count - 1])"
            )
            #expect(latencies.count == 100)
        }
    }

    @Test func `a hundred creates at once through two replicas, with a budget for exactly these`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            try await table.withReplica { replica in
                let unit = ResourceAmount(cpuMilli: 100, memoryBytes: 1 << 20)
                let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 10_000, memoryBytes: 100 << 20))
                proxy.forget()
                let started = ContinuousClock.now
                let outcomes = await withTaskGroup(of: String.self) { group in
                    for index in 0..<100 {
                        let record = StackRecord.sample(user: Int64(index + 1), nodePort: 30000 + index, requested: unit)
                        let store = index.isMultiple(of: 2) ? table.store : replica
                        group.addTask {
                            do { try await store.reserve(record, within: limits) } catch { return "\(error)" }
                            return "created"
                        }
                    }
                    return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                }
                let transactions = proxy.requests.count { $0.operation == "TransactWriteItems" }
                print("two replicas, budget for 100: \(outcomes) in \(ContinuousClock.now - started), \(transactions) transactions")
                let records = try await table.store.allRecords()
                #expect(outcomes["created"] == records.count)
                #expect(outcomes["created"] == 100)
            }
        }
    }

    @Test func `a list of 2,700 stacks`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let spec = String(repeating: "x", count: 1500)
            try await withThrowingDiscardingTaskGroup { group in
                for lane in 0..<8 {
                    group.addTask {
                        for index in stride(from: lane, to: 2700, by: 8) {
                            let record = StackRecord.sample(
                                user: Int64(index / 5 + 1),
                                problem: Int64(index),
                                podSpec: spec,
                                nodePort: 30000 + index
                            )
                            try await table.store.reserve(record, within: .wide)
                        }
                    }
                }
            }
            proxy.forget()
            let started = ContinuousClock.now
            let records = try await table.store.allRecords()
            print("list: \(records.count) stacks in \(ContinuousClock.now - started), \(proxy.requests.count) requests")
            #expect(records.count == 2700)
        }
    }
}
