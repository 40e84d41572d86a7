extension DynamoDB {
    /// The expiry settings of a table.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
    public struct UpdateTimeToLiveInput: Encodable, Sendable, Equatable {
        /// The table's name or ARN.
        public var tableName: String
        /// The new settings.
        public var timeToLiveSpecification: TimeToLiveSpecification

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
            case timeToLiveSpecification = "TimeToLiveSpecification"
        }

        /// Creates the value; all arguments are required.
        public init(tableName: String, timeToLiveSpecification: TimeToLiveSpecification) {
            self.tableName = tableName
            self.timeToLiveSpecification = timeToLiveSpecification
        }
    }

    /// The attribute with the expiry of an item, in seconds since 1970.
    public struct TimeToLiveSpecification: Codable, Sendable, Equatable {
        /// The name of the attribute.
        public var attributeName: String
        /// True if items expire by the attribute.
        public var enabled: Bool

        private enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case enabled = "Enabled"
        }

        /// Creates the value; all arguments are required.
        public init(attributeName: String, enabled: Bool) {
            self.attributeName = attributeName
            self.enabled = enabled
        }
    }

    /// The accepted settings, which take effect later.
    public struct UpdateTimeToLiveOutput: Decodable, Sendable, Equatable {
        /// The accepted settings.
        public var timeToLiveSpecification: TimeToLiveSpecification?

        private enum CodingKeys: String, CodingKey {
            case timeToLiveSpecification = "TimeToLiveSpecification"
        }
    }

    /// The table to describe.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html
    public struct DescribeTimeToLiveInput: Encodable, Sendable, Equatable {
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

    /// The expiry settings of the table.
    public struct DescribeTimeToLiveOutput: Decodable, Sendable, Equatable {
        /// The attribute and the state of expiry.
        public var timeToLiveDescription: TimeToLiveDescription?

        private enum CodingKeys: String, CodingKey {
            case timeToLiveDescription = "TimeToLiveDescription"
        }
    }

    /// The attribute and the state of expiry.
    public struct TimeToLiveDescription: Decodable, Sendable, Equatable {
        /// The name of the attribute.
        public var attributeName: String?
        /// The state of expiry.
        public var timeToLiveStatus: TimeToLiveStatus?

        private enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case timeToLiveStatus = "TimeToLiveStatus"
        }
    }

    /// The state of expiry. A struct, since the service may add values.
    public struct TimeToLiveStatus: RawRepresentable, Codable, Sendable, Hashable {
        /// The value in the API.
        public var rawValue: String

        /// Items do not expire.
        public static let disabled = Self(rawValue: "DISABLED")
        /// Expiry is being disabled.
        public static let disabling = Self(rawValue: "DISABLING")
        /// Items expire.
        public static let enabled = Self(rawValue: "ENABLED")
        /// Expiry is being enabled.
        public static let enabling = Self(rawValue: "ENABLING")

        /// Accepts any value.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }
}
