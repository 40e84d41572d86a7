extension DynamoDB {
    /// Starts to create a table; the table is usable once ``describeTable(_:)`` reports `ACTIVE`.
    /// - Throws: ``DynamoDBError/Code/resourceInUse`` if the table exists.
    public func createTable(_ input: CreateTableInput) async throws -> CreateTableOutput {
        try await client.send("CreateTable", input)
    }

    /// Describes a table: keys, status and billing mode.
    /// - Throws: ``DynamoDBError/Code/resourceNotFound`` if the table does not exist.
    public func describeTable(_ input: DescribeTableInput) async throws -> DescribeTableOutput {
        try await client.send("DescribeTable", input)
    }

    /// Describes the continuous backups of a table, with point-in-time recovery.
    public func describeContinuousBackups(_ input: DescribeContinuousBackupsInput) async throws -> DescribeContinuousBackupsOutput {
        try await client.send("DescribeContinuousBackups", input)
    }

    /// Sets the attribute with the expiry of items, in seconds since 1970.
    public func updateTimeToLive(_ input: UpdateTimeToLiveInput) async throws -> UpdateTimeToLiveOutput {
        try await client.send("UpdateTimeToLive", input)
    }

    /// Describes the expiry of a table's items.
    public func describeTimeToLive(_ input: DescribeTimeToLiveInput) async throws -> DescribeTimeToLiveOutput {
        try await client.send("DescribeTimeToLive", input)
    }
}
