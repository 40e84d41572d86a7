extension DynamoDB {
    /// An item to write.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
    public struct PutItemInput: Encodable, Sendable, Equatable {
        /// What must hold for the write to take place.
        public var conditionExpression: String?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// What `:value` stands for.
        public var expressionAttributeValues: Item?
        /// All attributes, the key among them.
        public var item: Item
        /// Which attributes the answer holds; nil for none.
        public var returnValues: ReturnValue?
        /// Whether a failed condition tells the item as it is.
        public var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case item = "Item"
            case returnValues = "ReturnValues"
            case returnValuesOnConditionCheckFailure = "ReturnValuesOnConditionCheckFailure"
            case tableName = "TableName"
        }

        /// What is left out is the service's to decide.
        public init(
            conditionExpression: String? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: Item? = nil,
            item: Item,
            returnValues: ReturnValue? = nil,
            returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure? = nil,
            tableName: String
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.item = item
            self.returnValues = returnValues
            self.returnValuesOnConditionCheckFailure = returnValuesOnConditionCheckFailure
            self.tableName = tableName
        }
    }

    /// What `returnValues` asked for.
    public struct PutItemOutput: Decodable, Sendable, Equatable {
        /// nil when there is nothing to tell.
        public var attributes: Item?

        private enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// An item to delete.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html
    public struct DeleteItemInput: Encodable, Sendable, Equatable {
        /// What must hold for the write to take place.
        public var conditionExpression: String?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// What `:value` stands for.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// Which attributes the answer holds; nil for none.
        public var returnValues: ReturnValue?
        /// Whether a failed condition tells the item as it is.
        public var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure?
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case key = "Key"
            case returnValues = "ReturnValues"
            case returnValuesOnConditionCheckFailure = "ReturnValuesOnConditionCheckFailure"
            case tableName = "TableName"
        }

        /// What is left out is the service's to decide.
        public init(
            conditionExpression: String? = nil,
            expressionAttributeNames: [String: String]? = nil,
            expressionAttributeValues: Item? = nil,
            key: Item,
            returnValues: ReturnValue? = nil,
            returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure? = nil,
            tableName: String
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.key = key
            self.returnValues = returnValues
            self.returnValuesOnConditionCheckFailure = returnValuesOnConditionCheckFailure
            self.tableName = tableName
        }
    }

    /// What `returnValues` asked for.
    public struct DeleteItemOutput: Decodable, Sendable, Equatable {
        /// nil when there is nothing to tell.
        public var attributes: Item?

        private enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// A change to an item.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    public struct UpdateItemInput: Encodable, Sendable, Equatable {
        /// What must hold for the write to take place.
        public var conditionExpression: String?
        /// What `#name` stands for.
        public var expressionAttributeNames: [String: String]?
        /// What `:value` stands for.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// Which attributes the answer holds; nil for none.
        public var returnValues: ReturnValue?
        /// Whether a failed condition tells the item as it is.
        public var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure?
        /// The table's name or ARN.
        public var tableName: String
        /// `SET`, `REMOVE`, `ADD` and `DELETE` clauses.
        public var updateExpression: String?

        private enum CodingKeys: String, CodingKey {
            case conditionExpression = "ConditionExpression"
            case expressionAttributeNames = "ExpressionAttributeNames"
            case expressionAttributeValues = "ExpressionAttributeValues"
            case key = "Key"
            case returnValues = "ReturnValues"
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
            returnValues: ReturnValue? = nil,
            returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure? = nil,
            tableName: String,
            updateExpression: String? = nil
        ) {
            self.conditionExpression = conditionExpression
            self.expressionAttributeNames = expressionAttributeNames
            self.expressionAttributeValues = expressionAttributeValues
            self.key = key
            self.returnValues = returnValues
            self.returnValuesOnConditionCheckFailure = returnValuesOnConditionCheckFailure
            self.tableName = tableName
            self.updateExpression = updateExpression
        }
    }

    /// What `returnValues` asked for.
    public struct UpdateItemOutput: Decodable, Sendable, Equatable {
        /// nil when there is nothing to tell.
        public var attributes: Item?

        private enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// Which attributes the answer to a write holds.
    public enum ReturnValue: String, Codable, Sendable {
        case allNew = "ALL_NEW"
        case allOld = "ALL_OLD"
        case none = "NONE"
        case updatedNew = "UPDATED_NEW"
        case updatedOld = "UPDATED_OLD"
    }

    /// Whether the error of a failed condition holds the item.
    public enum ReturnValuesOnConditionCheckFailure: String, Codable, Sendable {
        case allOld = "ALL_OLD"
        case none = "NONE"
    }
}
