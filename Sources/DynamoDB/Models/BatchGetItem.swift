extension DynamoDB {
    /// What to read, by table: up to 100 keys in all.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
    public struct BatchGetItemInput: Encodable, Sendable, Equatable {
        /// The keys by table.
        public var requestItems: [String: KeysAndAttributes]

        private enum CodingKeys: String, CodingKey {
            case requestItems = "RequestItems"
        }

        /// Everything is needed.
        public init(requestItems: [String: KeysAndAttributes]) {
            self.requestItems = requestItems
        }
    }

    /// The items to read from one table.
    public struct KeysAndAttributes: Codable, Sendable, Equatable {
        /// Whether the answer holds every write that has succeeded before; at twice the price.
        public var consistentRead: Bool?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// Partition key and sort key of each item.
        public var keys: [Item]
        /// The attributes to answer; nil for all.
        public var projectionExpression: String?

        private enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case keys = "Keys"
            case projectionExpression = "ProjectionExpression"
        }

        /// What is left out is the service's to decide.
        public init(
            consistentRead: Bool? = nil,
            expressionAttributeNames: [String: String]? = nil,
            keys: [Item],
            projectionExpression: String? = nil
        ) {
            self.consistentRead = consistentRead
            self.expressionAttributeNames = expressionAttributeNames
            self.keys = keys
            self.projectionExpression = projectionExpression
        }
    }

    /// What was read, in no order; a key without an item is left out.
    public struct BatchGetItemOutput: Decodable, Sendable, Equatable {
        /// Items by table.
        public var responses: [String: [Item]]?
        /// What the service left for another request.
        public var unprocessedKeys: [String: KeysAndAttributes]?

        private enum CodingKeys: String, CodingKey {
            case responses = "Responses"
            case unprocessedKeys = "UnprocessedKeys"
        }

        /// What is left out is the service's to decide.
        public init(responses: [String: [Item]]? = nil, unprocessedKeys: [String: KeysAndAttributes]? = nil) {
            self.responses = responses
            self.unprocessedKeys = unprocessedKeys
        }
    }
}
