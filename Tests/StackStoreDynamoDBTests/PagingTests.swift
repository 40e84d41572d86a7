import DynamoDBTestSupport
import FoundationEssentials
import StackStoreDynamoDB
import Stacks
import Testing

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct PagingTests {
    /// 180 rows of 60 KB are 10.8 MB: each of the eight partitions holds more than a page of 1 MB.
    @Test func `lists of many megabytes are complete, oldest first`() async throws {
        try await TestTable.with { table in
            let spec = String(repeating: "x", count: 60_000)
            let records = (0..<180).map { index in
                StackRecord.sample(
                    user: 1,
                    problem: Int64(index + 1),
                    podSpec: spec,
                    nodePort: 30000 + index,
                    createdAt: .after(Double(180 - index))
                )
            }
            for record in records {
                try await table.store.reserve(record, within: .wide)
                _ = try await table.store.activate(record.id, owner: record.owner, nodeID: "node-1", at: record.createdAt)
            }
            table.proxy?.forget()
            let oldestFirst = records.reversed().map(\.id)
            #expect(try await table.store.allRecords().map(\.id) == oldestFirst)
            if let proxy = table.proxy { #expect(proxy.requests.count > 8) }
            #expect(try await table.store.records(ofUser: 1).records.map(\.id) == oldestFirst)
        }
    }
}
