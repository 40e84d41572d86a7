import DynamoDB

/// The floor of the DynamoDB store: the writes and the query that a create and a list cannot do without.
struct BareDynamoDB: Sendable {
    var dynamoDB: DynamoDB
    var table: String

    /// One transaction with the items of a reservation, and one update.
    func reserveAndActivate(_ name: String) async throws {
        let row = key("BENCH#\(name)", "STACK")
        let spec = DynamoDB.AttributeValue.s(String(repeating: "x", count: 600))
        let items = [
            put(row.merging(["spec": spec, "state": .s("reserved"), "created_at": .n("1790000000000000")]) { $1 }),
            put(key("BENCH#\(name)", "LOCK")), put(key("BENCH#\(name)", "PORT")), add(key("BENCH#\(name)", "COUNT")),
            add(key("BENCH#\(name)", "CAPACITY")), add(key("BENCH#\(name)", "BOUND")),
        ]
        _ = try await dynamoDB.transactWriteItems(.init(transactItems: items))
        _ = try await dynamoDB.updateItem(
            .init(
                conditionExpression: "#state = :reserved",
                expressionAttributeNames: ["#state": "state"],
                expressionAttributeValues: [":reserved": .s("reserved"), ":active": .s("active")],
                key: row,
                tableName: table,
                updateExpression: "SET #state = :active"
            )
        )
    }

    /// Writes so many rows of so many bytes in one partition.
    func fill(_ partition: String, rows: Int, bytes: Int) async throws {
        let text = DynamoDB.AttributeValue.s(String(repeating: "x", count: bytes))
        for number in 0..<rows {
            let item = key(partition, "\(number)").merging(["spec": text]) { $1 }
            _ = try await dynamoDB.putItem(.init(item: item, tableName: table))
        }
    }

    /// Reads a partition, page by page.
    func query(_ partition: String) async throws -> Int {
        let input = DynamoDB.QueryInput(
            consistentRead: true,
            expressionAttributeValues: [":pk": .s(partition)],
            keyConditionExpression: "pk = :pk",
            tableName: table
        )
        var count = 0
        for try await page in dynamoDB.queryPaginator(input) { count += page.items?.count ?? 0 }
        return count
    }

    private func key(_ partition: String, _ sort: String) -> DynamoDB.Item { ["pk": .s(partition), "sk": .s(sort)] }

    private func put(_ item: DynamoDB.Item) -> DynamoDB.TransactWriteItem {
        .init(put: .init(conditionExpression: "attribute_not_exists(pk)", item: item, tableName: table))
    }

    private func add(_ key: DynamoDB.Item) -> DynamoDB.TransactWriteItem {
        .init(
            update: .init(
                expressionAttributeNames: ["#stacks": "stacks"],
                expressionAttributeValues: [":one": .n("1")],
                key: key,
                tableName: table,
                updateExpression: "ADD #stacks :one"
            )
        )
    }
}
