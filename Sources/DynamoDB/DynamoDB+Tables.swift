extension DynamoDB {
    /// Begins to create a table, which can be used once ``describeTable(_:)`` calls it active.
    /// - Throws: ``DynamoDBError/Code/resourceInUse`` when it exists.
    public func createTable(_ input: CreateTableInput) async throws -> CreateTableOutput {
        try await client.send("CreateTable", input)
    }

    /// - Throws: ``DynamoDBError/Code/resourceNotFound`` when there is no such table.
    public func describeTable(_ input: DescribeTableInput) async throws -> DescribeTableOutput {
        try await client.send("DescribeTable", input)
    }

    /// Whether a table can be restored as it was.
    public func describeContinuousBackups(_ input: DescribeContinuousBackupsInput) async throws -> DescribeContinuousBackupsOutput {
        try await client.send("DescribeContinuousBackups", input)
    }

    /// Names the attribute whose time, in seconds since 1970, ends an item's life.
    public func updateTimeToLive(_ input: UpdateTimeToLiveInput) async throws -> UpdateTimeToLiveOutput {
        try await client.send("UpdateTimeToLive", input)
    }

    /// Whether, and by which attribute, items of a table expire.
    public func describeTimeToLive(_ input: DescribeTimeToLiveInput) async throws -> DescribeTimeToLiveOutput {
        try await client.send("DescribeTimeToLive", input)
    }
}
