extension DynamoDB {
    /// Writes to make together, each on an item of its own.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    public struct TransactWriteItemsInput: Encodable, Sendable, Equatable {
        /// Up to 36 characters: the same token within 10 minutes is the same transaction, made once.
        public var clientRequestToken: String?
        /// At most 100.
        public var transactItems: [TransactWriteItem]

        private enum CodingKeys: String, CodingKey {
            case clientRequestToken = "ClientRequestToken"
            case transactItems = "TransactItems"
        }

        /// What is left out is the service's to decide.
        public init(clientRequestToken: String? = nil, transactItems: [TransactWriteItem]) {
            self.clientRequestToken = clientRequestToken
            self.transactItems = transactItems
        }
    }

    /// A transaction that was made answers nothing more.
    public struct TransactWriteItemsOutput: Decodable, Sendable, Equatable {}

    /// Exactly one of the four.
    public struct TransactWriteItem: Encodable, Sendable, Equatable {
        /// A condition alone.
        public var conditionCheck: ConditionCheck?
        /// An item to delete.
        public var delete: Delete?
        /// An item to write.
        public var put: Put?
        /// A change to an item.
        public var update: Update?

        private enum CodingKeys: String, CodingKey {
            case conditionCheck = "ConditionCheck"
            case delete = "Delete"
            case put = "Put"
            case update = "Update"
        }

        /// What is left out is the service's to decide.
        public init(conditionCheck: ConditionCheck? = nil, delete: Delete? = nil, put: Put? = nil, update: Update? = nil) {
            self.conditionCheck = conditionCheck
            self.delete = delete
            self.put = put
            self.update = update
        }
    }

    /// A condition on an item that is not written.
    public struct ConditionCheck: Encodable, Sendable, Equatable {
        /// What must hold for the transaction to take place.
        public var conditionExpression: String
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// What `:value` stands for.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// Whether a failed condition tells the item as it is.
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

        /// What is left out is the service's to decide.
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

    /// An item to write.
    public struct Put: Encodable, Sendable, Equatable {
        /// What must hold for the write to take place.
        public var conditionExpression: String?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// What `:value` stands for.
        public var expressionAttributeValues: Item?
        /// All attributes, the key among them.
        public var item: Item
        /// Whether a failed condition tells the item as it is.
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

        /// What is left out is the service's to decide.
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

    /// A change to an item.
    public struct Update: Encodable, Sendable, Equatable {
        /// What must hold for the write to take place.
        public var conditionExpression: String?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// What `:value` stands for.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// Whether a failed condition tells the item as it is.
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

        /// What is left out is the service's to decide.
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

    /// An item to delete.
    public struct Delete: Encodable, Sendable, Equatable {
        /// What must hold for the write to take place.
        public var conditionExpression: String?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// What `:value` stands for.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// Whether a failed condition tells the item as it is.
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

        /// What is left out is the service's to decide.
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
