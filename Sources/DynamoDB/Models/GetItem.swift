extension DynamoDB {
    /// The item to read.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
    public struct GetItemInput: Encodable, Sendable, Equatable {
        /// True for a strongly consistent read, at twice the price; nil for eventually consistent.
        public var consistentRead: Bool?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Partition key and sort key.
        public var key: Item
        /// The attributes to return; nil for all.
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

        /// Creates the request; the service applies its defaults for arguments left out.
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

    /// The item found.
    public struct GetItemOutput: Decodable, Sendable, Equatable {
        /// The item; nil if there is none.
        public var item: Item?

        private enum CodingKeys: String, CodingKey {
            case item = "Item"
        }
    }
}
