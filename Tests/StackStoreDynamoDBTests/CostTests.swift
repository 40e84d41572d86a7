import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Testing

@testable import StackStoreDynamoDB

/// What docs/dynamodb.md says that operations cost.
@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct CostTests {
    @Test func `each operation sends the requests that are documented`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let store = table.store
            func expect(_ operations: [String], location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async throws {
                proxy.forget()
                try await body()
                #expect(proxy.requests.map(\.operation).sorted() == operations, sourceLocation: location)
            }
            let eightQueries = Array(repeating: "Query", count: 8)
            let record = StackRecord.sample(key: "K")
            let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 1 << 40, memoryBytes: 1 << 60))
            let owner = record.owner
            // A process reads the counters before its first reservation, and knows the bound from then on.
            try await expect(["BatchGetItem", "Query", "TransactWriteItems"]) {
                try await store.reserve(.sample(user: 7, nodePort: 30007), within: limits)
            }
            try await expect(["TransactWriteItems"]) { try await store.reserve(record, within: limits) }
            // The cancelled transaction tells who has key and lock.
            try await expect(["GetItem", "TransactWriteItems"]) {
                await #expect(throws: ReservationRefusal.keyUsed(record)) { try await store.reserve(.sample(key: "K"), within: limits) }
            }
            try await expect(["TransactWriteItems"]) {
                await #expect(throws: ReservationRefusal.stackExists(record.id)) { try await store.reserve(.sample(), within: limits) }
            }
            try await expect(["TransactWriteItems"]) {
                await #expect(throws: ReservationRefusal.userLimitReached(count: 1)) {
                    let narrow = ReservationLimits(stacksPerUser: 1, budget: limits.budget)
                    try await store.reserve(.sample(problem: 2, nodePort: 30003), within: narrow)
                }
            }
            // The budget is a more lasting reason than a port, so it is read.
            try await expect(["BatchGetItem", "Query", "TransactWriteItems"]) {
                await #expect(throws: ReservationRefusal.portsTaken([30001])) {
                    try await store.reserve(.sample(user: 8, nodePort: 30001), within: limits)
                }
            }
            try await expect(["GetItem", "TransactWriteItems"]) {
                try await store.changePort(of: record.id, owner: owner, from: 30001, to: 30002, at: .after(1))
            }
            try await expect(["UpdateItem"]) { _ = try await store.activate(record.id, owner: owner, nodeID: "node-1", at: .after(2)) }
            try await expect(["GetItem"]) { _ = try await store.record(record.id) }
            let active = try #require(try await store.record(record.id))
            try await expect(["UpdateItem"]) {
                _ = try await store.renew(record.id, to: .after(9000), ifUnchanged: active, at: .after(2.5))
            }
            try await expect(eightQueries) { _ = try await store.allRecords() }
            try await expect(["BatchGetItem", "Query"]) { _ = try await store.records(ofUser: 101).records }
            try await expect(["GetItem"]) { try await store.checkReadiness() }
            try await expect(["GetItem", "UpdateItem"]) { _ = try await store.installationID() }
            try await expect(["GetItem"]) { _ = try await store.installationID() }
            try await expect(["BatchGetItem", "Query"] + eightQueries + eightQueries) { _ = try await store.counterDiscrepancies() }
            try await expect(["UpdateItem"]) { _ = try await store.beginDelete(record.id, ifUnchanged: nil, at: .after(3)) }
            try await expect(["GetItem", "TransactWriteItems"]) {
                let failure = StackFailure(reason: "Unschedulable", message: "no node")
                try await store.fail(record.id, failure: failure, expiresAt: .after(120), at: .after(3))
            }
            try await expect(["GetItem", "TransactWriteItems"]) { try await store.remove(record.id) }
            try await expect(["GetItem"]) { try await store.remove(record.id) }
            // The bound does not fall with the removal. Where it leaves no room, the counters are read.
            let twice = ReservationLimits(stacksPerUser: 5, budget: record.requested + record.requested)
            try await expect(["BatchGetItem", "Query", "TransactWriteItems"]) { try await store.reserve(.sample(), within: twice) }
            try await expect(["BatchGetItem", "Query"]) {
                await #expect(throws: ReservationRefusal.overBudget(reserved: record.requested + record.requested)) {
                    try await store.reserve(.sample(user: 8, nodePort: 30008), within: twice)
                }
            }
        }
    }

    @Test func `the items of a reservation have the documented sizes`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            try await table.store.reserve(
                .sample(owner: UUID().uuidString, key: String(repeating: "k", count: 36), podSpec: ""),
                within: .wide
            )
            let transaction = try #require(proxy.requests.last { $0.operation == "TransactWriteItems" })
            let items = (transaction.body["TransactItems"]?.list ?? []).compactMap { $0["Put"]?["Item"]?.object }
            let sizes = items.map(ItemSize.bytes)
            // Row without its Pod spec, port, lock, idempotency key.
            #expect(sizes == [425, 89, 95, 118])
        }
    }
}
