import DynamoDB
import DynamoDBTestSupport
import FoundationEssentials
import PodPolicy
import Stacks
import Testing

@testable import StackStoreDynamoDB

/// A table that a replica of version 1 wrote: stacks with one port and an owner, word by word.
@Suite struct FirstVersionTests {
    private static let id = "stack-00000000000000fb"

    private static let row: DynamoDB.Item = [
        "pk": .s("STACKS#3"), "sk": .s(id), "stack_id": .s(id), "user_id": .n("101"), "problem_id": .n("1001"), "state": .s("active"),
        "owner": .s("replica-a"), "idempotency_key": .s("K"), "request_digest": .s("digest"), "namespace": .s("stacks"),
        "pod_spec": .s("kind: Pod\n"), "container_port": .n("53"), "protocol": .s("UDP"), "port_name": .s("dns"),
        "node_port": .n("30001"), "node_id": .s("node-1"), "cpu_milli": .n("500"), "memory_bytes": .n("134217728"),
        "created_at": .n("1790000000123456"), "updated_at": .n("1790000001000000"), "expires_at": .n("1790007200123456"),
    ]

    /// Everything that the stack holds.
    private static let others: [DynamoDB.Item] = {
        let holder: DynamoDB.Item = ["stack_id": .s(id), "owner": .s("replica-a")]
        let held = [
            ("USER#101", "PROBLEM#1001"), ("PORT#30001", "PORT"), ("EXPIRY#3", "0001790007200123456#\(id)"), ("KEY#K", "KEY"),
        ].map { pk, sk in holder.merging(["pk": .s(pk), "sk": .s(sk)]) { old, _ in old } }
        return held + [
            ["pk": .s("USER#101"), "sk": .s("COUNT"), "stacks": .n("1")],
            ["pk": .s("CAPACITY"), "sk": .s("27"), "cpu_milli": .n("500"), "memory_bytes": .n("134217728")],
            ["pk": .s("META"), "sk": .s("META"), "installation_id": .s("6f1d1f6e-8c1b-4d0a-9a51-3f3a3c9e7b10"), "version": .n("1")],
        ]
    }()

    private static func record() throws -> StackRecord {
        StackRecord(
            id: try #require(StackID(id)),
            userID: 101,
            problemID: 1001,
            state: .active,
            owner: "replica-a",
            idempotency: Idempotency(key: "K", digest: "digest"),
            namespace: "stacks",
            podSpec: "kind: Pod\n",
            ports: [PortMapping(ExposedPort(containerPort: 53, protocol: .udp, name: "dns"), nodePort: 30001)],
            nodeID: "node-1",
            requestedCPUMilli: 500,
            requestedMemoryBytes: 134_217_728,
            createdAt: Date(microseconds: 1_790_000_000_123_456),
            updatedAt: Date(microseconds: 1_790_000_001_000_000),
            expiresAt: Date(microseconds: 1_790_007_200_123_456)
        )
    }

    @Test func `a row of version 1 is read, and such a stack is still written so that version 1 can read it`() throws {
        let record = try Self.record()
        #expect(try StackRecord(Self.row) == record)
        // Version 1 passes over what it does not know.
        #expect(record.item.filter { $0.key != "egress" } == Self.row)
        #expect(record.item["egress"] == .s("none"))
    }

    @Test func `version 1 finds a stack with several ports, without an owner or failed unreadable, and never misreads it`() throws {
        var several = try Self.record()
        several.ports.append(PortMapping(ExposedPort(containerPort: 80, protocol: .tcp), nodePort: 30002))
        #expect(several.item["container_port"] == nil && several.item["node_port"] == nil)
        var ownerless = try Self.record()
        (ownerless.userID, ownerless.problemID) = (nil, nil)
        #expect(ownerless.item["user_id"] == nil)
        var failed = try Self.record()
        failed.fail(StackFailure(reason: "a", message: "b"), expiresAt: failed.expiresAt, at: failed.updatedAt)
        #expect(failed.item["state"] == .s("failed") && failed.item["node_port"] == nil)
        for record in [several, ownerless, failed] { #expect(try StackRecord(record.item) == record) }
    }

    @Test(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
    func `a table of version 1 goes on: its stacks are shown, hold what they held, and go without a trace`() async throws {
        try await TestTable.with(mayScan: true) { test in
            for item in [Self.row] + Self.others {
                _ = try await test.client.putItem(DynamoDB.PutItemInput(item: item, tableName: test.name))
            }
            let table = StackTable(client: test.client, name: test.name, pause: { _ in })
            try await table.checkBeforeUse()
            let (store, record) = (test.store, try Self.record())
            #expect(try await store.allRecords() == [record])
            #expect(try await store.records(ofUser: 101).records == [record])
            // Its item EXPIRY#3 contradicts nothing, but nobody needs it any more.
            let obsolete = StackTable.Audit(obsolete: [.obsolete(pk: "EXPIRY#3", sk: "0001790007200123456#\(Self.id)")])
            #expect(try await table.audit() == obsolete)
            #expect(try await store.installationID() == "6f1d1f6e-8c1b-4d0a-9a51-3f3a3c9e7b10")
            let meta = try #require(try await store.rows([ItemKey.meta], consistentRead: true).first)
            #expect(meta["version"] == .n("2"), "from now on version 1 does not start on this table")

            await #expect(throws: ReservationRefusal.keyUsed(record)) { try await store.reserve(.sample(key: "K"), within: .wide) }
            await #expect(throws: ReservationRefusal.stackExists(record.id)) { try await store.reserve(.sample(), within: .wide) }
            await #expect(throws: ReservationRefusal.portsTaken([30001])) { try await store.reserve(.sample(user: 7), within: .wide) }
            let renewed = try #require(try await store.renew(record.id, to: .after(9000), ifUnchanged: record, at: .after(1)))
            #expect(renewed.expiresAt == .after(9000))
            _ = try await store.beginDelete(record.id, ifUnchanged: renewed, at: .after(2))
            try await store.remove(record.id)
            #expect(try await store.allRecords().isEmpty)
            #expect(try await store.totalReserved() == .zero)
            #expect(try await table.audit() == obsolete)
            #expect(try await table.repair(obsolete.obsolete) == obsolete.obsolete)
            #expect(try await table.audit() == StackTable.Audit())
            try await store.reserve(.sample(key: "K"), within: ReservationLimits(stacksPerUser: 1, budget: record.requested))
        }
    }

    @Test(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
    func `the version of a table is never lowered`() async throws {
        try await TestTable.with { test in
            let meta = ItemKey.meta.merging(["version": .n("3")]) { old, _ in old }
            _ = try await test.client.putItem(DynamoDB.PutItemInput(item: meta, tableName: test.name))
            await #expect(throws: StoreError.self) { _ = try await test.store.installationID() }
            await #expect(throws: StoreError.self) { try await test.store.setInstallationID("another") }
            #expect(try await test.store.rows([ItemKey.meta], consistentRead: true) == [meta])
        }
    }
}
