extension DynamoDB {
    /// Which table to read from end to end, page by page.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
    public struct ScanInput: Encodable, Sendable, Equatable {
        /// Whether the answer holds every write that has succeeded before; at twice the price.
        public var consistentRead: Bool?
        /// The `lastEvaluatedKey` of the page before.
        public var exclusiveStartKey: Item?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case exclusiveStartKey = "ExclusiveStartKey"
            case tableName = "TableName"
        }

        /// What is left out is the service's to decide.
        public init(consistentRead: Bool? = nil, exclusiveStartKey: Item? = nil, tableName: String) {
            self.consistentRead = consistentRead
            self.exclusiveStartKey = exclusiveStartKey
            self.tableName = tableName
        }
    }

    /// One page.
    public struct ScanOutput: Decodable, Sendable, Equatable {
        /// In no order.
        public var items: [Item]?
        /// Where to go on; nil on the last page.
        public var lastEvaluatedKey: Item?

        private enum CodingKeys: String, CodingKey {
            case items = "Items"
            case lastEvaluatedKey = "LastEvaluatedKey"
        }
    }
}
