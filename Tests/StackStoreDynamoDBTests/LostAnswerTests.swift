import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Synchronization
import Testing

@testable import StackStoreDynamoDB

/// A write whose answer was lost counts once.
@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct LostAnswerTests {
    /// Loses the answer to the next such request.
    private static func lose(_ operation: String, _ proxy: Proxy) {
        let isDue = Mutex(true)
        proxy.setFate { request in
            let isLost =
                request.operation == operation
                && isDue.withLock { isDue in
                    defer { isDue = false }
                    return isDue
                }
            return isLost ? .loseAnswer : .forward
        }
    }

    @Test func `a life with each answer lost once is the same life`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let store = table.store
            let record = StackRecord.sample(key: "K")
            Self.lose("TransactWriteItems", proxy)
            try await store.reserve(record, within: ReservationLimits(stacksPerUser: 1, budget: record.requested))
            Self.lose("TransactWriteItems", proxy)
            try await store.changePort(of: record.id, owner: record.owner, from: 30001, to: 30002, at: .after(1))
            Self.lose("UpdateItem", proxy)
            let active = try await store.activate(record.id, owner: record.owner, nodeID: "node-1", at: .after(2))
            #expect(active.state == .active && active.nodePort == 30002)
            Self.lose("UpdateItem", proxy)
            #expect(try await store.beginDelete(record.id, ifUnchanged: active, at: .after(3))?.state == .deleting)
            Self.lose("TransactWriteItems", proxy)
            try await store.remove(record.id)
            proxy.setFate { _ in .forward }

            // Counters and locks are as if nothing had been: the same fits again, to the last unit.
            try await store.reserve(.sample(key: "K"), within: ReservationLimits(stacksPerUser: 1, budget: record.requested))
        }
    }

    /// A mark whose answer is lost can be carried out to its end before it is repeated.
    @Test func `a mark whose answer was lost is not said to have found nothing, though the stack has gone since`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let (store, record) = (table.store, StackRecord.sample())
            try await store.reserve(record, within: .wide)
            let marks = Mutex(0)
            proxy.setFate { request in
                guard request.operation == "UpdateItem" else { return .forward }
                let mark = marks.withLock { marks in
                    marks += 1
                    return marks
                }
                guard mark > 1 else { return .loseAnswer }
                await #expect(throws: Never.self) { try await store.remove(record.id) }
                return .forward
            }
            let error = await #expect(throws: StoreError.self) { try await store.beginDelete(record.id, ifUnchanged: nil, at: .after(1)) }
            guard case .unavailable = error else { throw try #require(error) }
            proxy.setFate { _ in .forward }
            // What asks again is told the truth.
            #expect(try await store.beginDelete(record.id, ifUnchanged: nil, at: .after(2)) == nil)
        }
    }

    @Test func `a repeated transaction has the same token, a new one another`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            Self.lose("TransactWriteItems", proxy)
            try await table.store.reserve(.sample(), within: .wide)
            try await table.store.reserve(.sample(problem: 1002, nodePort: 30002), within: .wide)
            let transactions = proxy.requests.filter { $0.operation == "TransactWriteItems" }
            let tokens = transactions.compactMap { $0.body["ClientRequestToken"]?.text }
            try #require(tokens.count == 3)
            #expect(tokens[0] == tokens[1])
            #expect(transactions[0].body == transactions[1].body)
            #expect(tokens[1] != tokens[2])
        }
    }
}
