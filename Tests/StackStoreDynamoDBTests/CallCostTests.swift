import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Testing

@testable import StackStoreDynamoDB

/// The requests of the operations behind a renewal and a bulk delete.
@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct CallCostTests {
    @Test func `a renewal is one write; a bulk delete reads the owner's stacks and writes each once`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let store = table.store
            func expect(_ operations: [String], location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async throws {
                proxy.forget()
                try await body()
                #expect(proxy.requests.map(\.operation).sorted() == operations, sourceLocation: location)
            }
            for number in 1...3 {
                let record = StackRecord.sample(problem: Int64(number), nodePort: 30000 + number)
                try await store.reserve(record, within: ReservationLimits(stacksPerUser: 5, budget: nil))
            }
            let record = try #require(try await store.records(ofUser: 101).records.first)
            try await expect(["UpdateItem"]) {
                let renewed = try await store.renew(record.id, to: .after(9000), ifUnchanged: record, at: .after(1))
                #expect(renewed != nil)
            }
            try await expect(["BatchGetItem", "Query", "UpdateItem", "UpdateItem", "UpdateItem"]) {
                let marked = try await store.beginDelete(of: OwnerFilter(userID: 101), inNamespace: "stacks", at: .after(2))
                #expect(marked.count == 3)
            }
            try await expect(["BatchGetItem", "Query"]) {
                let marked = try await store.beginDelete(of: OwnerFilter(userID: 101), inNamespace: "stacks", at: .after(3))
                #expect(marked == [])
            }
        }
    }
}
