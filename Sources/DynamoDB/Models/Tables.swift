extension DynamoDB {
    /// The table to create.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    public struct CreateTableInput: Encodable, Sendable, Equatable {
        /// The types of the key attributes.
        public var attributeDefinitions: [AttributeDefinition]
        /// The billing mode; nil for provisioned throughput.
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

        /// Creates the request; the service applies its defaults for arguments left out.
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

    /// The new table.
    public struct CreateTableOutput: Decodable, Sendable, Equatable {
        /// The description of the new table, usually with status `CREATING`.
        public var tableDescription: TableDescription?

        private enum CodingKeys: String, CodingKey {
            case tableDescription = "TableDescription"
        }
    }

    /// The table to describe.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
    public struct DescribeTableInput: Encodable, Sendable, Equatable {
        /// The table's name or ARN.
        public var tableName: String

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
        }

        /// Creates the value; all arguments are required.
        public init(tableName: String) {
            self.tableName = tableName
        }
    }

    /// The described table.
    public struct DescribeTableOutput: Decodable, Sendable, Equatable {
        /// The description of the table.
        public var table: TableDescription?

        private enum CodingKeys: String, CodingKey {
            case table = "Table"
        }
    }

    /// The description of a table.
    public struct TableDescription: Decodable, Sendable, Equatable {
        /// The types of the key attributes.
        public var attributeDefinitions: [AttributeDefinition]?
        /// The billing mode; nil for a table that always had provisioned throughput.
        public var billingModeSummary: BillingModeSummary?
        /// The partition key, then the sort key.
        public var keySchema: [KeySchemaElement]?
        /// The table's name or ARN.
        public var tableName: String?
        /// The table status; `ACTIVE` or `UPDATING` if the table is usable.
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
        /// The name of the key attribute.
        public var attributeName: String
        /// The type of the key attribute.
        public var attributeType: ScalarAttributeType

        private enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case attributeType = "AttributeType"
        }

        /// Creates the value; all arguments are required.
        public init(attributeName: String, attributeType: ScalarAttributeType) {
            self.attributeName = attributeName
            self.attributeType = attributeType
        }
    }

    /// An element of the key schema.
    public struct KeySchemaElement: Codable, Sendable, Equatable {
        /// The name of the key attribute.
        public var attributeName: String
        /// `HASH` for the partition key, `RANGE` for the sort key.
        public var keyType: KeyType

        private enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case keyType = "KeyType"
        }

        /// Creates the value; all arguments are required.
        public init(attributeName: String, keyType: KeyType) {
            self.attributeName = attributeName
            self.keyType = keyType
        }
    }

    /// The type of a key attribute: binary, number or string.
    public enum ScalarAttributeType: String, Codable, Sendable {
        case b = "B"
        case n = "N"
        case s = "S"
    }

    /// The role of a key attribute: partition key or sort key.
    public enum KeyType: String, Codable, Sendable {
        case hash = "HASH"
        case range = "RANGE"
    }

    /// The billing mode: on-demand or provisioned throughput. A struct, since the service may add values.
    public struct BillingMode: RawRepresentable, Codable, Sendable, Hashable {
        /// The value in the API.
        public var rawValue: String

        /// On-demand throughput, billed per request.
        public static let payPerRequest = Self(rawValue: "PAY_PER_REQUEST")
        /// Provisioned throughput.
        public static let provisioned = Self(rawValue: "PROVISIONED")

        /// Accepts any value.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// The billing mode of a table.
    public struct BillingModeSummary: Decodable, Sendable, Equatable {
        /// The billing mode.
        public var billingMode: BillingMode?

        private enum CodingKeys: String, CodingKey {
            case billingMode = "BillingMode"
        }
    }

    /// The status of a table. A struct, since the service may add values.
    public struct TableStatus: RawRepresentable, Codable, Sendable, Hashable {
        /// The value in the API.
        public var rawValue: String

        /// The table is usable.
        public static let active = Self(rawValue: "ACTIVE")
        /// The table is not usable yet.
        public static let creating = Self(rawValue: "CREATING")
        /// The table is being deleted.
        public static let deleting = Self(rawValue: "DELETING")
        /// The table is usable while it is changed.
        public static let updating = Self(rawValue: "UPDATING")

        /// Accepts any value.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }
}
