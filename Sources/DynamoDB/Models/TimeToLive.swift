extension DynamoDB {
    /// Whether and how items of a table expire.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
    public struct UpdateTimeToLiveInput: Encodable, Sendable, Equatable {
        /// The table's name or ARN.
        public var tableName: String
        /// The attribute, and whether it counts.
        public var timeToLiveSpecification: TimeToLiveSpecification

        private enum CodingKeys: String, CodingKey {
            case tableName = "TableName"
            case timeToLiveSpecification = "TimeToLiveSpecification"
        }

        /// Everything is needed.
        public init(tableName: String, timeToLiveSpecification: TimeToLiveSpecification) {
            self.tableName = tableName
            self.timeToLiveSpecification = timeToLiveSpecification
        }
    }

    /// The attribute that holds the end of an item's life, in seconds since 1970.
    public struct TimeToLiveSpecification: Codable, Sendable, Equatable {
        /// The attribute.
        public var attributeName: String
        /// Whether items expire by it.
        public var enabled: Bool

        private enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case enabled = "Enabled"
        }

        /// Everything is needed.
        public init(attributeName: String, enabled: Bool) {
            self.attributeName = attributeName
            self.enabled = enabled
        }
    }

    /// What was asked for, now being put in force.
    public struct UpdateTimeToLiveOutput: Decodable, Sendable, Equatable {
        /// The attribute, and whether it counts.
        public var timeToLiveSpecification: TimeToLiveSpecification?

        private enum CodingKeys: String, CodingKey {
            case timeToLiveSpecification = "TimeToLiveSpecification"
        }
    }

    /// Which table to ask about.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html
    public struct DescribeTimeToLiveInput: Encodable, Sendable, Equatable {
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

    /// Whether and how its items expire.
    public struct DescribeTimeToLiveOutput: Decodable, Sendable, Equatable {
        /// The attribute and the state.
        public var timeToLiveDescription: TimeToLiveDescription?

        private enum CodingKeys: String, CodingKey {
            case timeToLiveDescription = "TimeToLiveDescription"
        }
    }

    /// The attribute and the state.
    public struct TimeToLiveDescription: Decodable, Sendable, Equatable {
        /// The attribute.
        public var attributeName: String?
        /// Whether items expire.
        public var timeToLiveStatus: TimeToLiveStatus?

        private enum CodingKeys: String, CodingKey {
            case attributeName = "AttributeName"
            case timeToLiveStatus = "TimeToLiveStatus"
        }
    }

    /// The state of expiry. Not an enum: the service may add others.
    public struct TimeToLiveStatus: RawRepresentable, Codable, Sendable, Hashable {
        /// As the service writes it.
        public var rawValue: String

        /// Items do not expire.
        public static let disabled = Self(rawValue: "DISABLED")
        /// Soon disabled.
        public static let disabling = Self(rawValue: "DISABLING")
        /// Items expire.
        public static let enabled = Self(rawValue: "ENABLED")
        /// Soon enabled.
        public static let enabling = Self(rawValue: "ENABLING")

        /// Any state.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }
}
