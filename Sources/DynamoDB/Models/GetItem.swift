extension DynamoDB {
    /// What to read.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
    public struct GetItemInput: Encodable, Sendable, Equatable {
        /// Whether the answer holds every write that has succeeded before; at twice the price.
        public var consistentRead: Bool?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// Partition key and sort key.
        public var key: Item
        /// The attributes to answer; nil for all.
        public var projectionExpression: String?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case key = "Key"
            case projectionExpression = "ProjectionExpression"
            case tableName = "TableName"
        }

        /// What is left out is the service's to decide.
        public init(
            consistentRead: Bool? = nil,
            expressionAttributeNames: [String: String]? = nil,
            key: Item,
            projectionExpression: String? = nil,
            tableName: String
        ) {
            self.consistentRead = consistentRead
            self.expressionAttributeNames = expressionAttributeNames
            self.key = key
            self.projectionExpression = projectionExpression
            self.tableName = tableName
        }
    }

    /// What was read.
    public struct GetItemOutput: Decodable, Sendable, Equatable {
        /// nil when there is no such item.
        public var item: Item?

        private enum CodingKeys: String, CodingKey {
            case item = "Item"
        }
    }
}
