import DynamoDB

extension DynamoDBStackStore {
    /// A partition, optionally limited by a condition on the sort key.
    struct Partition: Sendable {
        enum Condition: Sendable {
            case before(String)
        }

        var key: String
        var condition: Condition?

        init(_ key: String, condition: Condition? = nil) {
            self.key = key
            self.condition = condition
        }

        var expression: String {
            switch condition {
            case nil: "pk = :pk"
            case .before: "pk = :pk AND sk < :sk"
            }
        }

        var values: DynamoDB.Item {
            switch condition {
            case nil: [":pk": .s(key)]
            case .before(let text): [":pk": .s(key), ":sk": .s(text)]
            }
        }
    }

    /// One page of a query.
    struct Page: Sendable {
        var items: [DynamoDB.Item]
        /// The start key of the next page; nil on the last page.
        var next: DynamoDB.Item?
    }

    /// Returns all items, page by page.
    func items(in partition: Partition, consistentRead: Bool? = nil) async throws -> [DynamoDB.Item] {
        var items: [DynamoDB.Item] = []
        var page = Page(items: [], next: nil)
        repeat {
            page = try await self.page(of: partition, after: page.next, consistentRead: consistentRead)
            items += page.items
        } while page.next != nil
        return items
    }

    /// Reads one page of at most 1 MB.
    /// - Parameter consistentRead: nil for the store's setting.
    func page(
        of partition: Partition,
        after start: DynamoDB.Item?,
        consistentRead: Bool? = nil
    ) async throws -> Page {
        let input = DynamoDB.QueryInput(
            consistentRead: consistentRead ?? self.consistentRead,
            exclusiveStartKey: start,
            expressionAttributeValues: partition.values,
            keyConditionExpression: partition.expression,
            tableName: table
        )
        let output = try await translating { try await client.query(input) }
        return Page(items: output.items ?? [], next: output.lastEvaluatedKey)
    }
}
