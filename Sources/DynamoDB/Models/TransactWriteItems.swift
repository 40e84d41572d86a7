extension DynamoDB {
    /// The writes of a transaction, each on a different item.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    public struct TransactWriteItemsInput: Encodable, Sendable, Equatable {
        /// Up to 36 characters. Requests with the same token within 10 minutes are one transaction, which takes effect once.
        public var clientRequestToken: String?
        /// The writes of the transaction, at most 100.
        public var transactItems: [TransactWriteItem]

        private enum CodingKeys: String, CodingKey {
            case clientRequestToken = "ClientRequestToken"
            case transactItems = "TransactItems"
        }

        /// Creates the request; the service applies its defaults for arguments left out.
        public init(clientRequestToken: String? = nil, transactItems: [TransactWriteItem]) {
            self.clientRequestToken = clientRequestToken
            self.transactItems = transactItems
        }
    }

    /// The empty response to a committed transaction.
    public struct TransactWriteItemsOutput: Decodable, Sendable, Equatable {}

    /// A write of a transaction; exactly one of the four is set.
    public struct TransactWriteItem: Encodable, Sendable, Equatable {
        /// A condition without a write.
        public var conditionCheck: ConditionCheck?
        /// A deletion of an item.
        public var delete: Delete?
        /// A write of a whole item.
        public var put: Put?
        /// An update of an item's attributes.
        public var update: Update?

        private enum CodingKeys: String, CodingKey {
            case conditionCheck = "ConditionCheck"
            case delete = "Delete"
            case put = "Put"
            case update = "Update"
        }

        /// Creates a write; exactly one argument must be given.
        public init(conditionCheck: ConditionCheck? = nil, delete: Delete? = nil, put: Put? = nil, update: Update? = nil) {
            self.conditionCheck = conditionCheck
            self.delete = delete
            self.put = put
            self.update = update
        }
    }

    /// A condition on an item that is not written.
    public struct ConditionCheck: Encodable, Sendable, Equatable {
        /// The condition for the transaction.
        public var conditionExpression: String
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Values by placeholder, such as `:state`.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// `allOld` to return the current item if the condition is false.
        public var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case key = "Key"
            case returnValuesOnConditionCheckFailure = "ReturnValuesOnConditionCheckFailure"
            case tableName = "TableName"
        }

        /// Creates the request; the service applies its defaults for arguments left out.
        public init(
            conditionExpression: String,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: Item? = nil,
            key: Item,
            returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure? = nil,
            tableName: String
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.key = key
            self.returnValuesOnConditionCheckFailure = returnValuesOnConditionCheckFailure
            self.tableName = tableName
        }
    }

    /// A write of a whole item.
    public struct Put: Encodable, Sendable, Equatable {
        /// The condition for the write; nil for none.
        public var conditionExpression: String?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Values by placeholder, such as `:state`.
        public var expressionAttributeValues: Item?
        /// All attributes, including the key.
        public var item: Item
        /// `allOld` to return the current item if the condition is false.
        public var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case item = "Item"
            case returnValuesOnConditionCheckFailure = "ReturnValuesOnConditionCheckFailure"
            case tableName = "TableName"
        }

        /// Creates the request; the service applies its defaults for arguments left out.
        public init(
            conditionExpression: String? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: Item? = nil,
            item: Item,
            returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure? = nil,
            tableName: String
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.item = item
            self.returnValuesOnConditionCheckFailure = returnValuesOnConditionCheckFailure
            self.tableName = tableName
        }
    }

    /// An update of an item's attributes.
    public struct Update: Encodable, Sendable, Equatable {
        /// The condition for the write; nil for none.
        public var conditionExpression: String?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Values by placeholder, such as `:state`.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// `allOld` to return the current item if the condition is false.
        public var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure?
        /// The table's name or ARN.
        public var tableName: String
        /// `SET`, `REMOVE`, `ADD` and `DELETE` clauses.
        public var updateExpression: String

        private enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case key = "Key"
            case returnValuesOnConditionCheckFailure = "ReturnValuesOnConditionCheckFailure"
            case tableName = "TableName"
            case updateExpression = "UpdateExpression"
        }

        /// Creates the request; the service applies its defaults for arguments left out.
        public init(
            conditionExpression: String? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: Item? = nil,
            key: Item,
            returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure? = nil,
            tableName: String,
            updateExpression: String
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.key = key
            self.returnValuesOnConditionCheckFailure = returnValuesOnConditionCheckFailure
            self.tableName = tableName
            self.updateExpression = updateExpression
        }
    }

    /// A deletion of an item.
    public struct Delete: Encodable, Sendable, Equatable {
        /// The condition for the write; nil for none.
        public var conditionExpression: String?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Values by placeholder, such as `:state`.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// `allOld` to return the current item if the condition is false.
        public var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case key = "Key"
            case returnValuesOnConditionCheckFailure = "ReturnValuesOnConditionCheckFailure"
            case tableName = "TableName"
        }

        /// Creates the request; the service applies its defaults for arguments left out.
        public init(
            conditionExpression: String? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: Item? = nil,
            key: Item,
            returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure? = nil,
            tableName: String
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.key = key
            self.returnValuesOnConditionCheckFailure = returnValuesOnConditionCheckFailure
            self.tableName = tableName
        }
    }
}
