import FoundationEssentials
import Testing

@testable import DynamoDB

enum TestService {
    static let endpoint = ProcessInfo.processInfo.environment["TEST_DYNAMODB_ENDPOINT"]
}

/// Against a server that behaves as DynamoDB does, with tables of its own.
@Suite(.enabled(if: TestService.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is the URL of a DynamoDB"))
struct ServiceTests {
    private func withTable(_ body: (DynamoDB, String) async throws -> Void) async throws {
        let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")
        let endpoint = try #require(TestService.endpoint)
        var configuration = try DynamoDB.Configuration(region: "eu-west-1", endpoint: endpoint, credentials: credentials)
        configuration.attemptTimeout = .seconds(30)
        configuration.operationTimeout = .seconds(60)
        try await DynamoDB.run(configuration) { dynamoDB in
            let table = "test-\(UUID().uuidString)"
            _ = try await dynamoDB.createTable(
                .init(
                    attributeDefinitions: [
                        .init(attributeName: "pk", attributeType: .s), .init(attributeName: "sk", attributeType: .s),
                    ],
                    billingMode: .payPerRequest,
                    keySchema: [.init(attributeName: "pk", keyType: .hash), .init(attributeName: "sk", keyType: .range)],
                    tableName: table
                )
            )
            try await body(dynamoDB, table)
        }
    }

    private func key(_ sk: String) -> DynamoDB.Item { ["pk": .s("p"), "sk": .s(sk)] }

    private func item(_ sk: String, _ value: DynamoDB.AttributeValue) -> DynamoDB.Item {
        key(sk).merging(["value": value]) { $1 }
    }

    @Test func `a table is described, and made once`() async throws {
        try await withTable { dynamoDB, table in
            let description = try await dynamoDB.describeTable(.init(tableName: table)).table
            #expect(description?.tableStatus == .active)
            #expect(description?.keySchema?.map(\.attributeName) == ["pk", "sk"])
            let again = DynamoDB.CreateTableInput(
                attributeDefinitions: [.init(attributeName: "pk", attributeType: .s)],
                billingMode: .payPerRequest,
                keySchema: [.init(attributeName: "pk", keyType: .hash)],
                tableName: table
            )
            #expect(try await #require(throws: DynamoDBError.self) { try await dynamoDB.createTable(again) }.code == .resourceInUse)
            let missing = DynamoDB.DescribeTableInput(tableName: "missing")
            #expect(try await #require(throws: DynamoDBError.self) { try await dynamoDB.describeTable(missing) }.code == .resourceNotFound)
        }
    }

    @Test func `expiry is switched on`() async throws {
        try await withTable { dynamoDB, table in
            #expect(try await dynamoDB.describeTimeToLive(.init(tableName: table)).timeToLiveDescription?.timeToLiveStatus == .disabled)
            let specification = DynamoDB.TimeToLiveSpecification(attributeName: "ttl", enabled: true)
            _ = try await dynamoDB.updateTimeToLive(.init(tableName: table, timeToLiveSpecification: specification))
            let description = try await dynamoDB.describeTimeToLive(.init(tableName: table)).timeToLiveDescription
            #expect(description == .init(attributeName: "ttl", timeToLiveStatus: .enabled))
        }
    }

    @Test func `an item of every type is written, changed, read and deleted`() async throws {
        try await withTable { dynamoDB, table in
            let value = DynamoDB.AttributeValue.m([
                "s": .s("ü"), "n": .n("12345678901234567890"), "b": .b(Data([0, 1, 255])), "bool": .bool(true), "null": .null(true),
                "l": .l([.s("a"), .l([])]), "ss": .ss(["a"]), "ns": .ns(["1"]), "bs": .bs([Data([7])]),
            ])
            _ = try await dynamoDB.putItem(.init(item: item("a", value), tableName: table))
            let read = try await dynamoDB.getItem(.init(consistentRead: true, key: key("a"), tableName: table))
            #expect(read.item == item("a", value))
            let update = DynamoDB.UpdateItemInput(
                expressionAttributeNames: ["#v": "value"],
                expressionAttributeValues: [":v": .n("1")],
                key: key("a"),
                returnValues: .allNew,
                tableName: table,
                updateExpression: "SET #v = :v"
            )
            #expect(try await dynamoDB.updateItem(update).attributes == item("a", .n("1")))
            let deleted = try await dynamoDB.deleteItem(.init(key: key("a"), returnValues: .allOld, tableName: table))
            #expect(deleted.attributes == item("a", .n("1")))
            #expect(try await dynamoDB.getItem(.init(key: key("a"), tableName: table)).item == nil)
        }
    }

    @Test func `a condition that fails tells the item`() async throws {
        try await withTable { dynamoDB, table in
            let put = DynamoDB.PutItemInput(
                conditionExpression: "attribute_not_exists(pk)",
                item: item("a", .n("1")),
                returnValuesOnConditionCheckFailure: .allOld,
                tableName: table
            )
            _ = try await dynamoDB.putItem(put)
            let error = try await #require(throws: DynamoDBError.self) { try await dynamoDB.putItem(put) }
            #expect(error.code == .conditionalCheckFailed)
            #expect(error.item == item("a", .n("1")))
        }
    }

    @Test func `a query is read page by page`() async throws {
        try await withTable { dynamoDB, table in
            let names = (0..<25).map { "item-\($0 + 10)" }
            for name in names { _ = try await dynamoDB.putItem(.init(item: item(name, .n("1")), tableName: table)) }
            let query = DynamoDB.QueryInput(
                consistentRead: true,
                expressionAttributeValues: [":pk": .s("p"), ":sk": .s("item-")],
                keyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
                limit: 10,
                tableName: table
            )
            var pages: [Int] = []
            var found: [DynamoDB.Item] = []
            for try await page in dynamoDB.queryPaginator(query) {
                pages.append(page.items?.count ?? 0)
                found += page.items ?? []
            }
            #expect(pages == [10, 10, 5])
            #expect(found.map { $0["sk"] } == names.map { .s($0) })
            let keys = names.map { key($0) } + [key("missing")]
            let batch = try await dynamoDB.batchGetItem(.init(requestItems: [table: .init(consistentRead: true, keys: keys)]))
            #expect(Set(batch.responses?[table]?.map { $0["sk"] } ?? []) == Set(names.map { .s($0) }))
        }
    }

    @Test func `a transaction is made as a whole, or not at all and with reasons`() async throws {
        try await withTable { dynamoDB, table in
            _ = try await dynamoDB.putItem(.init(item: item("taken", .n("1")), tableName: table))
            func items(_ sk: String) -> [DynamoDB.TransactWriteItem] {
                [
                    .init(put: .init(item: item("first", .n("1")), tableName: table)),
                    .init(
                        put: .init(
                            conditionExpression: "attribute_not_exists(pk)",
                            item: item(sk, .n("2")),
                            returnValuesOnConditionCheckFailure: .allOld,
                            tableName: table
                        )
                    ),
                    .init(conditionCheck: .init(conditionExpression: "attribute_not_exists(pk)", key: key("other"), tableName: table)),
                    .init(delete: .init(key: key("gone"), tableName: table)),
                    .init(
                        update: .init(
                            expressionAttributeNames: ["#t": "total"],
                            expressionAttributeValues: [":one": .n("1")],
                            key: key("counter"),
                            tableName: table,
                            updateExpression: "ADD #t :one"
                        )
                    ),
                ]
            }
            let error = try await #require(throws: DynamoDBError.self) {
                try await dynamoDB.transactWriteItems(.init(transactItems: items("taken")))
            }
            #expect(error.code == .transactionCanceled)
            #expect(error.cancellationReasons.map(\.code) == ["None", "ConditionalCheckFailed", "None", "None", "None"])
            #expect(error.cancellationReasons.compactMap(\.item) == [item("taken", .n("1"))])
            #expect(try await dynamoDB.getItem(.init(key: key("first"), tableName: table)).item == nil)
            _ = try await dynamoDB.transactWriteItems(.init(transactItems: items("free")))
            #expect(try await dynamoDB.getItem(.init(key: key("first"), tableName: table)).item != nil)
            #expect(try await dynamoDB.getItem(.init(key: key("counter"), tableName: table)).item?["total"] == .n("1"))
        }
    }

    @Test func `a malformed request is the caller's mistake`() async throws {
        try await withTable { dynamoDB, table in
            let input = DynamoDB.GetItemInput(key: ["other": .s("a")], tableName: table)
            let error = try await #require(throws: DynamoDBError.self) { try await dynamoDB.getItem(input) }
            #expect(error.code == .validation)
        }
    }
}
