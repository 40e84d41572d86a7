import DynamoDB
import DynamoDBTestSupport
import FoundationEssentials
import Stacks
import Synchronization
import Testing

@testable import StackStoreDynamoDB

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct StackTableTests {
    @Test func `a missing table is made once, with its time to live`() async throws {
        try await TestTable.with(isCreated: false) { test in
            let table = StackTable(client: test.client, name: test.name)
            #expect(try await table.findings() == [.missing])
            #expect(try await table.create() == [.created, .timeToLiveEnabled])
            #expect(try await table.findings().isEmpty)
            #expect(try await table.create().isEmpty)
            try await table.checkBeforeUse()
            try await test.store.checkReadiness()
        }
    }

    @Test func `a service without its table says what to run`() async throws {
        try await TestTable.with(isCreated: false) { test in
            let message = "table \(test.name) does not exist; create it with: DDB_STACK_TABLE=\(test.name) provisioner table create"
            await #expect(throws: StackTableError(message: message)) {
                try await StackTable(client: test.client, name: test.name).checkBeforeUse()
            }
            await #expect(throws: StoreError.unavailable(message)) { try await test.store.checkReadiness() }
            await #expect(throws: StoreError.unavailable(message)) { try await test.store.allRecords() }
            await #expect(throws: StoreError.unavailable(message)) { try await test.store.reserve(.sample(), within: .wide) }
        }
    }

    @Test func `the check before use asks for no right that a replica has not`() async throws {
        try await TestTable.with { test in
            guard let proxy = test.proxy else { return }
            proxy.forget()
            try await StackTable(client: test.client, name: test.name).checkBeforeUse()
            #expect(proxy.requests.map(\.operation) == ["DescribeTable", "BatchGetItem"])
        }
    }

    @Test func `advice tells of provisioned throughput and of missing recovery, and of nothing that may not be read`() async throws {
        try await TestTable.with { test in
            let table = StackTable(client: test.client, name: test.name)
            let found = try await table.advice()
            #expect(found == [.noRecovery])
            guard let proxy = test.proxy else { return }
            proxy.setFate { request in
                if request.operation == "DescribeTable" { return .answer(status: 200, #"{"Table": {"TableStatus": "ACTIVE"}}"#) }
                return .answer(status: 400, #"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}"#)
            }
            let provisioned = try await table.advice()
            #expect(provisioned == [.notOnDemand])
            proxy.setFate { request in
                guard request.operation == "DescribeContinuousBackups" else { return .forward }
                let status = #"{"PointInTimeRecoveryStatus": "ENABLED"}"#
                return .answer(status: 200, #"{"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": \#(status)}}"#)
            }
            let recoverable = try await table.advice()
            #expect(recoverable.isEmpty)
        }
    }

    @Test func `a table with other keys is refused by name, and left alone`() async throws {
        try await TestTable.with(isCreated: false) { test in
            _ = try await test.client.createTable(
                DynamoDB.CreateTableInput(
                    attributeDefinitions: [DynamoDB.AttributeDefinition(attributeName: "id", attributeType: .n)],
                    billingMode: .payPerRequest,
                    keySchema: [DynamoDB.KeySchemaElement(attributeName: "id", keyType: .hash)],
                    tableName: test.name
                )
            )
            let table = StackTable(client: test.client, name: test.name)
            #expect(try await table.findings() == [.wrongKeys("id (N, HASH)")])
            let expected = StackTableError(
                message: "table \(test.name) has the keys id (N, HASH); it needs pk (S, HASH), sk (S, RANGE). Keys cannot be changed: "
                    + "choose another name in DDB_STACK_TABLE and create it with: DDB_STACK_TABLE=NAME provisioner table create"
            )
            await #expect(throws: expected) { try await table.checkBeforeUse() }
            await #expect(throws: expected) { try await table.create() }
        }
    }

    @Test func `a table without time to live works, and is completed`() async throws {
        try await TestTable.with(isCreated: false) { test in
            _ = try await test.client.createTable(
                DynamoDB.CreateTableInput(
                    attributeDefinitions: [
                        DynamoDB.AttributeDefinition(attributeName: "pk", attributeType: .s),
                        DynamoDB.AttributeDefinition(attributeName: "sk", attributeType: .s),
                    ],
                    billingMode: .payPerRequest,
                    keySchema: [
                        DynamoDB.KeySchemaElement(attributeName: "pk", keyType: .hash),
                        DynamoDB.KeySchemaElement(attributeName: "sk", keyType: .range),
                    ],
                    tableName: test.name
                )
            )
            let table = StackTable(client: test.client, name: test.name)
            try await table.checkBeforeUse()
            #expect(try await table.findings() == [.noTimeToLive])
            #expect(try await table.create() == [.timeToLiveEnabled])
        }
    }

    @Test(arguments: [
        (
            item: ["pk": .s("META"), "sk": .s("META"), "version": .n("3")] as DynamoDB.Item, finding: StackTable.Finding.newer("3"),
            words: "was written by a newer version of this program (its version is 3, this program reads 2)"
        ),
        (
            ["pk": .s("META"), "sk": .s("META"), "version": .n("34028236692093846346337460743176821145")],
            .newer("34028236692093846346337460743176821145"), "newer version"
        ),
        (["pk": .s("GLOBAL"), "sk": .s("RESOURCES"), "reserved_cpu": .n("0")], .predecessor, "the system that this one replaces"),
    ])
    func `a table whose items are another's is refused by name, and left alone`(
        row: (item: DynamoDB.Item, finding: StackTable.Finding, words: String)
    ) async throws {
        try await TestTable.with { test in
            let table = StackTable(client: test.client, name: test.name)
            _ = try await test.client.putItem(DynamoDB.PutItemInput(item: row.item, tableName: test.name))
            #expect(try await table.findings() == [row.finding])
            for body in [table.checkBeforeUse, { _ = try await table.create() }] {
                let error = await #expect(throws: StackTableError.self) { try await body() }
                #expect(error?.message.contains(test.name) == true && error?.message.contains(row.words) == true)
            }
        }
    }

    @Test func `a table of the first version, which says nothing of itself, is used and says it from then on`() async throws {
        try await TestTable.with { test in
            try await test.store.reserve(.sample(), within: .wide)
            let table = StackTable(client: test.client, name: test.name)
            try await table.checkBeforeUse()
            let id = try await test.store.installationID()
            #expect(!id.isEmpty)
            try await table.checkBeforeUse()
            #expect(try await table.findings().isEmpty)
            #expect(try await test.withReplica { try await $0.installationID() } == id)
        }
    }

    @Test func `a table that may not be written any more is not ready, once no write has succeeded for a while`() async throws {
        try await TestTable.with { test in
            guard let proxy = test.proxy else { return }
            let now = Mutex(ContinuousClock.now)
            let store = DynamoDBStackStore(
                client: test.client,
                table: test.name,
                contention: Contention(),
                instant: { now.withLock { $0 } }
            )
            try await store.checkReadiness()
            _ = try await store.heartbeat(of: "replica-a", at: .start)
            proxy.setFate { request in
                guard request.operation == "PutItem" else { return .forward }
                return .answer(status: 400, #"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "read-only"}"#)
            }
            await #expect(throws: StoreError.self) { _ = try await store.heartbeat(of: "replica-a", at: .start) }
            // One write that fails among others that succeed says little.
            try await store.checkReadiness()
            now.withLock { $0 += DynamoDBStackStore.heartbeatInterval * 2 + .seconds(5) }
            let error = await #expect(throws: StoreError.self) { try await store.checkReadiness() }
            #expect(error?.description.contains("read-only") == true)
            proxy.setFate { _ in .forward }
            _ = try await store.heartbeat(of: "replica-a", at: .start)
            try await store.checkReadiness()
        }
    }
}
