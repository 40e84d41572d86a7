extension DynamoDB {
    /// A table to create.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    public struct CreateTableInput: Encodable, Sendable, Equatable {
        /// The types of the key attributes.
        public var attributeDefinitions: [AttributeDefinition]
        /// nil for provisioned throughput.
        public var billingMode: BillingMode?
        /// The partition key, then the sort key.
        public var keySchema: [KeySchemaElement]
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case attributeDefinitions = "AttributeDefinitions"
            case billingMode = "BillingMode"
            case keySchema = "KeySchema"
            case tableName = "TableName"
        }

        /// What is left out is the service's to decide.
        public init(
            attributeDefinitions: [AttributeDefinition],
            billingMode: BillingMode? = nil,
            keySchema: [KeySchemaElement],
            tableName: String
        ) {
            self.attributeDefinitions = attributeDefinitions
            self.billingMode = billingMode
            self.keySchema = keySchema
            self.tableName = tableName
        }
    }

    /// The table as it begins.
    public struct CreateTableOutput: Decodable, Sendable, Equatable {
        /// What the table is.
        public var tableDescription: TableDescription?

        private enum CodingKeys: String, CodingKey {
            case tableDescription = "TableDescription"
        }
    }

    /// Which table to describe.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
    public struct DescribeTableInput: Encodable, Sendable, Equatable {
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
        }

        /// Everything is needed.
        public init(tableName: String) {
            self.tableName = tableName
        }
    }

    /// The table as it is.
    public struct DescribeTableOutput: Decodable, Sendable, Equatable {
        /// What the table is.
        public var table: TableDescription?

        private enum CodingKeys: String, CodingKey {
            case table = "Table"
        }
    }

    /// What a table is.
    public struct TableDescription: Decodable, Sendable, Equatable {
        /// The types of the key attributes.
        public var attributeDefinitions: [AttributeDefinition]?
        /// How the table is paid for; nil for provisioned throughput that was never anything else.
        public var billingModeSummary: BillingModeSummary?
        /// The partition key, then the sort key.
        public var keySchema: [KeySchemaElement]?
        /// The table's name or ARN.
        public var tableName: String?
        /// Whether the table can be used.
        public var tableStatus: TableStatus?

        private enum CodingKeys: String, CodingKey {
            case attributeDefinitions = "AttributeDefinitions"
            case billingModeSummary = "BillingModeSummary"
            case keySchema = "KeySchema"
            case tableName = "TableName"
            case tableStatus = "TableStatus"
        }
    }

    /// The type of a key attribute.
    public struct AttributeDefinition: Codable, Sendable, Equatable {
        /// The attribute.
        public var attributeName: String
        /// Its type.
        public var attributeType: ScalarAttributeType

        private enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case attributeType = "AttributeType"
        }

        /// Everything is needed.
        public init(attributeName: String, attributeType: ScalarAttributeType) {
            self.attributeName = attributeName
            self.attributeType = attributeType
        }
    }

    /// A part of the key.
    public struct KeySchemaElement: Codable, Sendable, Equatable {
        /// The attribute.
        public var attributeName: String
        /// Its part in the key.
        public var keyType: KeyType

        private enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case keyType = "KeyType"
        }

        /// Everything is needed.
        public init(attributeName: String, keyType: KeyType) {
            self.attributeName = attributeName
            self.keyType = keyType
        }
    }

    /// What a key attribute may hold: binary data, a number or a string.
    public enum ScalarAttributeType: String, Codable, Sendable {
        case b = "B"
        case n = "N"
        case s = "S"
    }

    /// Partition key or sort key.
    public enum KeyType: String, Codable, Sendable {
        case hash = "HASH"
        case range = "RANGE"
    }

    /// Pay for each request, or for throughput set aside. Not an enum: the service may add others.
    public struct BillingMode: RawRepresentable, Codable, Sendable, Hashable {
        /// As the service writes it.
        public var rawValue: String

        /// For each request.
        public static let payPerRequest = Self(rawValue: "PAY_PER_REQUEST")
        /// For throughput set aside.
        public static let provisioned = Self(rawValue: "PROVISIONED")

        /// Any mode.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// How a table is paid for.
    public struct BillingModeSummary: Decodable, Sendable, Equatable {
        /// The mode.
        public var billingMode: BillingMode?

        private enum CodingKeys: String, CodingKey {
            case billingMode = "BillingMode"
        }
    }

    /// The state of a table. Not an enum: the service may add others.
    public struct TableStatus: RawRepresentable, Codable, Sendable, Hashable {
        /// As the service writes it.
        public var rawValue: String

        /// Ready.
        public static let active = Self(rawValue: "ACTIVE")
        /// Not ready yet.
        public static let creating = Self(rawValue: "CREATING")
        /// Soon gone.
        public static let deleting = Self(rawValue: "DELETING")
        /// Ready, and being changed.
        public static let updating = Self(rawValue: "UPDATING")

        /// Any state.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }
}
