extension DynamoDB {
    /// Reads one item by its key.
    public func getItem(_ input: GetItemInput) async throws -> GetItemOutput {
        try await client.send("GetItem", input)
    }

    /// Writes one item, replacing the item with the same key if there is one.
    /// - Throws: ``DynamoDBError/Code/conditionalCheckFailed`` if the condition is false.
    public func putItem(_ input: PutItemInput) async throws -> PutItemOutput {
        try await client.send("PutItem", input)
    }

    /// Updates attributes of one item; creates the item if it is missing.
    /// - Throws: ``DynamoDBError/Code/conditionalCheckFailed`` if the condition is false.
    public func updateItem(_ input: UpdateItemInput) async throws -> UpdateItemOutput {
        try await client.send("UpdateItem", input)
    }

    /// Deletes one item; succeeds if there is none.
    /// - Throws: ``DynamoDBError/Code/conditionalCheckFailed`` if the condition is false.
    public func deleteItem(_ input: DeleteItemInput) async throws -> DeleteItemOutput {
        try await client.send("DeleteItem", input)
    }

    /// Reads one page of a table, at most 1 MB.
    public func scan(_ input: ScanInput) async throws -> ScanOutput {
        try await client.send("Scan", input)
    }

    /// Reads one page of a query, at most 1 MB before the filter.
    public func query(_ input: QueryInput) async throws -> QueryOutput {
        try await client.send("Query", input)
    }

    /// Executes up to 100 writes, all or none. A missing `clientRequestToken` is generated, so that retries after a lost response take
    /// effect once.
    /// - Throws: ``DynamoDBError/Code/transactionCanceled`` with a reason for each item; nothing was written then.
    public func transactWriteItems(_ input: TransactWriteItemsInput) async throws -> TransactWriteItemsOutput {
        var input = input
        if input.clientRequestToken == nil { input.clientRequestToken = client.makeToken() }
        return try await client.send("TransactWriteItems", input)
    }
}
