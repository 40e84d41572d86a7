import DynamoDBTestSupport
import FoundationEssentials
import StackStoreDynamoDB
import Stacks
import Testing

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct ReplicaTests {
    @Test func `a replica is active from its heartbeat until it expires or is removed`() async throws {
        try await TestTable.with { table in
            let store = table.store
            #expect(try await store.activeReplicas(at: .start).isEmpty)
            #expect(try await store.heartbeat(of: "a", at: .start) == nil)
            #expect(try await store.heartbeat(of: "b", at: .after(60)) == nil)
            #expect(try await store.activeReplicas(at: .after(89)) == ["a", "b"])
            #expect(try await store.activeReplicas(at: .after(90)) == ["b"])
            #expect(try await store.heartbeat(of: "a", at: .after(100)) == nil)
            try await store.endHeartbeat(of: "b")
            try await store.endHeartbeat(of: "b")
            #expect(try await store.activeReplicas(at: .after(101)) == ["a"])
        }
    }

    @Test func `a replica sees a copy that began before it, and the copy sees the replica`() async throws {
        try await TestTable.with { table in
            let store = table.store
            #expect(try await store.beginCopy("copy-1", at: .start) == nil)
            #expect(try await store.activeReplicas(at: .start).isEmpty)
            let copy = try await store.heartbeat(of: "a", at: .after(89))
            #expect(copy?.token == "copy-1" && copy?.expiresAt == .after(90))
            #expect(try await store.activeReplicas(at: .after(89)) == ["a"])
            #expect(try await store.heartbeat(of: "a", at: .after(90)) == nil)
            #expect(try await store.activeReplicas(at: .after(90)) == ["a"])
        }
    }

    @Test func `each side writes before it reads`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            proxy.forget()
            _ = try await table.store.heartbeat(of: "a", at: .start)
            #expect(proxy.requests.map(\.operation) == ["PutItem", "Query"])
            #expect(proxy.requests.last?.body["ConsistentRead"] == .bool(true))
        }
    }

    @Test func `the mark of a copy is its own to renew and to take away, and another's once it has ended`() async throws {
        try await TestTable.with { table in
            let store = table.store
            #expect(try await store.beginCopy("one", at: .start) == nil)
            // The answer to it may have been lost.
            #expect(try await store.beginCopy("one", at: .start) == nil)
            #expect(try await store.beginCopy("two", at: .after(60))?.token == "one")
            #expect(try await store.renewCopy("one", at: .after(60)))
            #expect(try await store.renewCopy("two", at: .after(60)) == false)
            try await store.endCopy("two")
            #expect(try await store.beginCopy("two", at: .after(149))?.token == "one")
            // Too late: others may have begun.
            #expect(try await store.renewCopy("one", at: .after(150)) == false)
            #expect(try await store.beginCopy("two", at: .after(150)) == nil)
            try await store.endCopy("one")
            #expect(try await store.heartbeat(of: "a", at: .after(151))?.token == "two")
            try await store.endCopy("two")
            #expect(try await store.renewCopy("two", at: .after(152)) == false)
            #expect(try await store.heartbeat(of: "a", at: .after(152)) == nil)
        }
    }
}
