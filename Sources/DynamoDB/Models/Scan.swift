extension DynamoDB {
    /// The table to scan, page by page.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
    public struct ScanInput: Encodable, Sendable, Equatable {
        /// True for a strongly consistent read, at twice the price; nil for eventually consistent.
        public var consistentRead: Bool?
        /// The `lastEvaluatedKey` of the previous page.
        public var exclusiveStartKey: Item?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case consistentRead = "ConsistentRead"
            case exclusiveStartKey = "ExclusiveStartKey"
            case tableName = "TableName"
        }

        /// Creates the request; the service applies its defaults for arguments left out.
        public init(consistentRead: Bool? = nil, exclusiveStartKey: Item? = nil, tableName: String) {
            self.consistentRead = consistentRead
            self.exclusiveStartKey = exclusiveStartKey
            self.tableName = tableName
        }
    }

    /// One page of a scan.
    public struct ScanOutput: Decodable, Sendable, Equatable {
        /// The items, unordered.
        public var items: [Item]?
        /// The start of the next page; nil on the last page.
        public var lastEvaluatedKey: Item?

        private enum CodingKeys: String, CodingKey {
            case items = "Items"
            case lastEvaluatedKey = "LastEvaluatedKey"
        }
    }
}
