extension DynamoDB {
    /// Which items of one partition to read, in the order of the sort key.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
    public struct QueryInput: Encodable, Sendable, Equatable {
        /// Whether the answer holds every write that has succeeded before; at twice the price.
        public var consistentRead: Bool?
        /// The `lastEvaluatedKey` of the page before.
        public var exclusiveStartKey: Item?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// What `:value` stands for.
        public var expressionAttributeValues: Item?
        /// What an item that was read must meet to be answered.
        public var filterExpression: String?
        /// The partition, and what its sort keys must meet.
        public var keyConditionExpression: String
        /// The most items to read for one page.
        public var limit: Int?
        /// The attributes to answer; nil for all.
        public var projectionExpression: String?
        /// false for descending order.
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

        /// What is left out is the service's to decide.
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

    /// One page.
    public struct QueryOutput: Decodable, Sendable, Equatable {
        /// How many items the page holds.
        public var count: Int?
        /// In the order of the sort key.
        public var items: [Item]?
        /// Where to go on; nil on the last page.
        public var lastEvaluatedKey: Item?

        private enum CodingKeys: String, CodingKey {
            case count = "Count"
            case items = "Items"
            case lastEvaluatedKey = "LastEvaluatedKey"
        }
    }
}
