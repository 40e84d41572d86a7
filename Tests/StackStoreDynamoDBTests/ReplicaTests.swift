import DynamoDBTestSupport
import FoundationEssentials
import StackStoreDynamoDB
import Stacks
import Testing

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct ReplicaTests {
    @Test func `a replica is active from its sign of life until that has grown old or it has ended`() async throws {
        try await TestTable.with { table in
            let store = table.store
            #expect(try await store.activeReplicas(at: .start).isEmpty)
            try await store.heartbeat(of: "a", at: .start)
            try await store.heartbeat(of: "b", at: .after(60))
            #expect(try await store.activeReplicas(at: .after(89)) == ["a", "b"])
            #expect(try await store.activeReplicas(at: .after(90)) == ["b"])
            try await store.heartbeat(of: "a", at: .after(100))
            try await store.endHeartbeat(of: "b")
            try await store.endHeartbeat(of: "b")
            #expect(try await store.activeReplicas(at: .after(101)) == ["a"])
        }
    }
}
