extension DynamoDB {
    /// Reads one item by its key.
    public func getItem(_ input: GetItemInput) async throws -> GetItemOutput {
        try await client.send("GetItem", input)
    }

    /// Writes one item over the one with the same key, if any.
    /// - Throws: ``DynamoDBError/Code/conditionalCheckFailed`` when the condition does not hold.
    public func putItem(_ input: PutItemInput) async throws -> PutItemOutput {
        try await client.send("PutItem", input)
    }

    /// Changes attributes of one item, which is made if there is none.
    /// - Throws: ``DynamoDBError/Code/conditionalCheckFailed`` when the condition does not hold.
    public func updateItem(_ input: UpdateItemInput) async throws -> UpdateItemOutput {
        try await client.send("UpdateItem", input)
    }

    /// Deletes one item; does nothing when there is none.
    /// - Throws: ``DynamoDBError/Code/conditionalCheckFailed`` when the condition does not hold.
    public func deleteItem(_ input: DeleteItemInput) async throws -> DeleteItemOutput {
        try await client.send("DeleteItem", input)
    }

    /// Reads one page of a whole table: at most 1 MB.
    public func scan(_ input: ScanInput) async throws -> ScanOutput {
        try await client.send("Scan", input)
    }

    /// Reads one page of a query: at most 1 MiB, before the filter.
    public func query(_ input: QueryInput) async throws -> QueryOutput {
        try await client.send("Query", input)
    }

    /// Makes up to 100 writes, all or none. A missing `clientRequestToken` is filled in, so that an attempt whose answer was lost is
    /// not carried out twice.
    /// - Throws: ``DynamoDBError/Code/transactionCanceled`` with a reason for each item, and then nothing was written.
    public func transactWriteItems(_ input: TransactWriteItemsInput) async throws -> TransactWriteItemsOutput {
        var input = input
        if input.clientRequestToken == nil { input.clientRequestToken = client.makeToken() }
        return try await client.send("TransactWriteItems", input)
    }
}
