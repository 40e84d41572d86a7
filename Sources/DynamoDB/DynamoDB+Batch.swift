extension DynamoDB {
    /// Reads up to 100 items by their keys, and requests unprocessed keys again.
    /// - Throws: ``DynamoDBError/Code/throttled`` if responses repeatedly contain no items.
    public func batchGetItem(_ input: BatchGetItemInput) async throws -> BatchGetItemOutput {
        var requested = input.requestItems
        var responses: [String: [Item]] = [:]
        var emptyRounds = 0
        while !requested.isEmpty {
            let page: BatchGetItemOutput = try await client.send("BatchGetItem", BatchGetItemInput(requestItems: requested))
            for (table, items) in page.responses ?? [:] { responses[table, default: []] += items }
            requested = (page.unprocessedKeys ?? [:]).filter { !$0.value.keys.isEmpty }
            guard !requested.isEmpty else { break }
            let isEmpty = page.responses?.values.allSatisfy(\.isEmpty) ?? true
            emptyRounds = isEmpty ? emptyRounds + 1 : 0
            guard emptyRounds < Self.maximumEmptyRounds else {
                throw DynamoDBError(
                    .throttled,
                    "BatchGetItem returned no items in \(emptyRounds) rounds; the table's throughput is exhausted"
                )
            }
            try await client.pause(afterRounds: max(1, emptyRounds))
        }
        return BatchGetItemOutput(responses: responses, unprocessedKeys: nil)
    }

    private static let maximumEmptyRounds = 8
}
