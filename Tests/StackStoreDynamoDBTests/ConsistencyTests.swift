import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Testing

@testable import StackStoreDynamoDB

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct ConsistencyTests {
    private static func isStrong(_ request: Proxy.Request) -> Bool {
        let reads = request.body["RequestItems"]?.object.map { Array($0.values) } ?? [request.body]
        return reads.allSatisfy { $0["ConsistentRead"] == .bool(true) }
    }

    private static func reads(_ proxy: Proxy) -> [Proxy.Request] {
        proxy.requests.filter { ["GetItem", "BatchGetItem", "Query"].contains($0.operation) }
    }

    @Test(arguments: [true, false])
    func `whatever a decision hangs on is read strongly, whatever is set for lists`(consistentRead: Bool) async throws {
        try await TestTable.with(consistentRead: consistentRead) { table in
            guard let proxy = table.proxy else { return }
            let record = StackRecord.sample(key: "K")
            proxy.forget()
            try await table.store.reserve(record, within: ReservationLimits(stacksPerUser: 1, budget: record.requested))
            await #expect(throws: ReservationRefusal.keyUsed(record)) { try await table.store.reserve(record, within: .wide) }
            try await table.store.changePort(of: record.id, owner: record.owner, from: 30001, to: 30002, at: .after(1))
            _ = try await table.store.record(record.id)
            _ = try await table.store.activeReplicas(at: .start)
            #expect(Self.reads(proxy).count >= 8)
            #expect(Self.reads(proxy).allSatisfy(Self.isStrong))
        }
    }

    @Test(arguments: [true, false])
    func `lists are read as is set`(consistentRead: Bool) async throws {
        try await TestTable.with(consistentRead: consistentRead) { table in
            guard let proxy = table.proxy else { return }
            try await table.store.reserve(.sample(), within: .wide)
            proxy.forget()
            _ = try await table.store.allRecords()
            _ = try await table.store.records(ofUser: 101)
            #expect(Self.reads(proxy).count == 10)
            #expect(Self.reads(proxy).allSatisfy { Self.isStrong($0) == consistentRead })
        }
    }
}
