extension DynamoDB {
    /// The item to write.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
    public struct PutItemInput: Encodable, Sendable, Equatable {
        /// The condition for the write; nil for none.
        public var conditionExpression: String?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Values by placeholder, such as `:state`.
        public var expressionAttributeValues: Item?
        /// All attributes, including the key.
        public var item: Item
        /// The attributes in the response; nil for none.
        public var returnValues: ReturnValue?
        /// `allOld` to return the current item if the condition is false.
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

        /// Creates the request; the service applies its defaults for arguments left out.
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

    /// The response to a put.
    public struct PutItemOutput: Decodable, Sendable, Equatable {
        /// The attributes that `returnValues` selects; nil if there are none.
        public var attributes: Item?

        private enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// The item to delete.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html
    public struct DeleteItemInput: Encodable, Sendable, Equatable {
        /// The condition for the write; nil for none.
        public var conditionExpression: String?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Values by placeholder, such as `:state`.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// The attributes in the response; nil for none.
        public var returnValues: ReturnValue?
        /// `allOld` to return the current item if the condition is false.
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

        /// Creates the request; the service applies its defaults for arguments left out.
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

    /// The response to a delete.
    public struct DeleteItemOutput: Decodable, Sendable, Equatable {
        /// The attributes that `returnValues` selects; nil if there are none.
        public var attributes: Item?

        private enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// The item to update.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    public struct UpdateItemInput: Encodable, Sendable, Equatable {
        /// The condition for the write; nil for none.
        public var conditionExpression: String?
        /// Attribute names by placeholder, such as `#state`.
        public var expressionAttributeNames: [String: String]?
        /// Values by placeholder, such as `:state`.
        public var expressionAttributeValues: Item?
        /// Partition key and sort key.
        public var key: Item
        /// The attributes in the response; nil for none.
        public var returnValues: ReturnValue?
        /// `allOld` to return the current item if the condition is false.
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

        /// Creates the request; the service applies its defaults for arguments left out.
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

    /// The response to an update.
    public struct UpdateItemOutput: Decodable, Sendable, Equatable {
        /// The attributes that `returnValues` selects; nil if there are none.
        public var attributes: Item?

        private enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// The attributes in the response to a write.
    public enum ReturnValue: String, Codable, Sendable {
        case allNew = "ALL_NEW"
        case allOld = "ALL_OLD"
        case none = "NONE"
        case updatedNew = "UPDATED_NEW"
        case updatedOld = "UPDATED_OLD"
    }

    /// The content of the error for a false condition: no item, or the current one.
    public enum ReturnValuesOnConditionCheckFailure: String, Codable, Sendable {
        case allOld = "ALL_OLD"
        case none = "NONE"
    }
}
