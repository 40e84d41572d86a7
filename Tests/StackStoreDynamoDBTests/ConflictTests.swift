import DynamoDB
import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Synchronization
import Testing

@testable import StackStoreDynamoDB

/// What DynamoDB answers when writes meet, and what becomes of it.
@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct ConflictTests {
    private static let transaction = cancelled(#"{"Code": "None"}, {"Code": "TransactionConflict", "Message": "ongoing"}"#)

    private static func cancelled(_ reasons: String) -> String {
        #"""
        {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "Message": "cancelled",
         "CancellationReasons": [\#(reasons)]}
        """#
    }

    /// A response to a transaction with these codes of reasons, one for each item.
    static func cancelled(_ codes: [String]) -> Proxy.Fate {
        .answer(status: 400, cancelled(codes.map { #"{"Code": "\#($0)"}"# }.joined(separator: ", ")))
    }

    /// A response to a transaction of `count` items, of which one meets a conflict.
    static func conflict(at index: Int?, of count: Int) -> Proxy.Fate {
        cancelled((0..<count).map { $0 == index ? "TransactionConflict" : "None" })
    }

    private static let single = #"""
        {"__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException", "message": "ongoing"}
        """#

    /// Refuses the next writes as conflicts.
    private static func refuse(_ count: Int, _ proxy: Proxy) {
        let left = Mutex(count)
        proxy.setFate { request in
            guard ["TransactWriteItems", "UpdateItem"].contains(request.operation) else { return .forward }
            let isRefused = left.withLock { left in
                left -= 1
                return left >= 0
            }
            guard isRefused else { return .forward }
            return .answer(status: 400, request.operation == "UpdateItem" ? single : transaction)
        }
    }

    private static func quick(_ table: TestTable) -> DynamoDBStackStore {
        DynamoDBStackStore(client: table.client, table: table.name, contention: .quick())
    }

    @Test func `every write comes through conflicts`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let store = Self.quick(table)
            let record = StackRecord.sample()
            Self.refuse(3, proxy)
            try await store.reserve(record, within: ReservationLimits(stacksPerUser: 1, budget: record.requested))
            Self.refuse(3, proxy)
            try await store.changePort(of: record.id, owner: record.owner, from: 30001, to: 30002, at: .after(1))
            Self.refuse(3, proxy)
            #expect(try await store.activate(record.id, owner: record.owner, nodeID: "node-1", at: .after(2)).nodePort == 30002)
            Self.refuse(3, proxy)
            #expect(try await store.beginDelete(record.id, ifUnchanged: nil, at: .after(3))?.state == .deleting)
            Self.refuse(3, proxy)
            try await store.remove(record.id)
            #expect(try await store.allRecords().isEmpty)
            #expect(try await store.totalReserved() == .zero)
        }
    }

    @Test func `conflicts without end are unavailability, after ten seconds`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let store = Self.quick(table)
            Self.refuse(.max, proxy)
            proxy.forget()
            await #expect(throws: store.unavailable(Contended(what: "the reservation of stack-0000000000000001"))) {
                try await store.reserve(.sample(id: #require(StackID("stack-0000000000000001"))), within: .wide)
            }
            // Pauses of half their length: 10, 20 … 320 ms, then 500 ms each.
            #expect(proxy.requests.count { $0.operation == "TransactWriteItems" } == 25)
            proxy.setFate { _ in .forward }
            let records = try await store.allRecords()
            #expect(records.isEmpty)
        }
    }

    @Test func `a throttled transaction comes again as well`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let first = Mutex(true)
            proxy.setFate { request in
                let isFirst =
                    request.operation == "TransactWriteItems"
                    && first.withLock { first in
                        defer { first = false }
                        return first
                    }
                return isFirst ? .answer(status: 400, Self.transaction.replacing("TransactionConflict", with: "ThrottlingError")) : .forward
            }
            try await Self.quick(table).reserve(.sample(), within: .wide)
            #expect(try await table.store.allRecords().count == 1)
        }
    }

    @Test func `a reason that no one understands is unavailability, not a refusal`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            proxy.setFate { request in
                guard request.operation == "TransactWriteItems" else { return .forward }
                return .answer(status: 400, Self.transaction.replacing("TransactionConflict", with: "ItemCollectionSizeLimitExceeded"))
            }
            await #expect { try await Self.quick(table).reserve(.sample(), within: .wide) } throws: { error in
                if case StoreError.unavailable = error { true } else { false }
            }
        }
    }

    @Test func `a reservation that loses the race reports why`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let winner = StackRecord.sample()
            let replica = DynamoDBStackStore(client: table.client, table: table.name)
            let hasWon = Mutex(false)
            proxy.setFate { request in
                let isFirst =
                    request.operation == "TransactWriteItems"
                    && hasWon.withLock { hasWon in
                        defer { hasWon = true }
                        return !hasWon
                    }
                if isFirst {
                    do { try await replica.reserve(winner, within: .wide) } catch { Issue.record(error) }
                }
                return .forward
            }
            await #expect(throws: ReservationRefusal.stackExists(winner.id)) {
                try await table.store.reserve(.sample(nodePort: 30002), within: .wide)
            }
        }
    }

    @Test func `an id that exists is never written over`() async throws {
        try await TestTable.with { table in
            let store = Self.quick(table)
            let first = StackRecord.sample()
            try await store.reserve(first, within: .wide)
            await #expect(throws: store.unavailable(Contended(what: "the reservation of \(first.id)"))) {
                try await store.reserve(.sample(id: first.id, user: 102, nodePort: 30002), within: .wide)
            }
            let records = try await store.allRecords()
            #expect(records == [first])
        }
    }
}
