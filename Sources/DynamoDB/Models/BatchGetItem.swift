extension DynamoDB {
    /// The items to read, by table: up to 100 keys in all.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
    public struct BatchGetItemInput: Encodable, Sendable, Equatable {
        /// The keys by table name.
        public var requestItems: [String: KeysAndAttributes]

        private enum CodingKeys: String, CodingKey {
            case requestItems = "RequestItems"
        }

        /// Creates the value; all arguments are required.
        public init(requestItems: [String: KeysAndAttributes]) {
            self.requestItems = requestItems
        }
    }

    /// The keys to read from one table.
    public struct KeysAndAttributes: Codable, Sendable, Equatable {
        /// True for a strongly consistent read, at twice the price; nil for eventually consistent.
        public var consistentRead: Bool?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Partition key and sort key of each item.
        public var keys: [Item]
        /// The attributes to return; nil for all.
        public var projectionExpression: String?

        private enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case keys = "Keys"
            case projectionExpression = "ProjectionExpression"
        }

        /// Creates the request; the service applies its defaults for arguments left out.
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

    /// The items found, unordered. Keys without an item are left out.
    public struct BatchGetItemOutput: Decodable, Sendable, Equatable {
        /// Items by table name.
        public var responses: [String: [Item]]?
        /// Keys that the service left for another request.
        public var unprocessedKeys: [String: KeysAndAttributes]?

        private enum CodingKeys: String, CodingKey {
            case responses = "Responses"
            case unprocessedKeys = "UnprocessedKeys"
        }

        /// Creates a response; arguments left out are nil.
        public init(responses: [String: [Item]]? = nil, unprocessedKeys: [String: KeysAndAttributes]? = nil) {
            self.responses = responses
            self.unprocessedKeys = unprocessedKeys
        }
    }
}
