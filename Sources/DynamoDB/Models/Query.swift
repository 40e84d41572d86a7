extension DynamoDB {
    /// The items of one partition to read, in the order of the sort key.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
    public struct QueryInput: Encodable, Sendable, Equatable {
        /// True for a strongly consistent read, at twice the price; nil for eventually consistent.
        public var consistentRead: Bool?
        /// The `lastEvaluatedKey` of the previous page.
        public var exclusiveStartKey: Item?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Values by placeholder, such as `:state`.
        public var expressionAttributeValues: Item?
        /// The condition on returned items, applied after the read.
        public var filterExpression: String?
        /// The condition on partition key and sort key.
        public var keyConditionExpression: String
        /// The maximum number of items read per page.
        public var limit: Int?
        /// The attributes to return; nil for all.
        public var projectionExpression: String?
        /// The order by sort key: false for descending, true or nil for ascending.
        public var scanIndexForward: Bool?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case exclusiveStartKey = "ExclusiveStartKey"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case filterExpression = "FilterExpression"
            case keyConditionExpression = "KeyConditionExpression"
            case limit = "Limit"
            case projectionExpression = "ProjectionExpression"
            case scanIndexForward = "ScanIndexForward"
            case tableName = "TableName"
        }

        /// Creates the request; the service applies its defaults for arguments left out.
        public init(
            consistentRead: Bool? = nil,
            exclusiveStartKey: Item? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: Item? = nil,
            filterExpression: String? = nil,
            keyConditionExpression: String,
            limit: Int? = nil,
            projectionExpression: String? = nil,
            scanIndexForward: Bool? = nil,
            tableName: String
        ) {
            self.consistentRead = consistentRead
            self.exclusiveStartKey = exclusiveStartKey
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.filterExpression = filterExpression
            self.keyConditionExpression = keyConditionExpression
            self.limit = limit
            self.projectionExpression = projectionExpression
            self.scanIndexForward = scanIndexForward
            self.tableName = tableName
        }
    }

    /// One page of a query.
    public struct QueryOutput: Decodable, Sendable, Equatable {
        /// The number of items in the page.
        public var count: Int?
        /// The items in the order of the sort key.
        public var items: [Item]?
        /// The start of the next page; nil on the last page.
        public var lastEvaluatedKey: Item?

        private enum CodingKeys: String, CodingKey {
            case count = "Count"
            case items = "Items"
            case lastEvaluatedKey = "LastEvaluatedKey"
        }
    }
}
