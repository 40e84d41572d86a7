extension DynamoDB {
    /// Which table to ask about.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
    public struct DescribeContinuousBackupsInput: Encodable, Sendable, Equatable {
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

    /// How far back the table can be restored.
    public struct DescribeContinuousBackupsOutput: Decodable, Sendable, Equatable {
        /// What is switched on.
        public var continuousBackupsDescription: ContinuousBackupsDescription?

        private enum CodingKeys: String, CodingKey {
            case continuousBackupsDescription = "ContinuousBackupsDescription"
        }
    }

    /// What backups there are.
    public struct ContinuousBackupsDescription: Decodable, Sendable, Equatable {
        /// Whether the table can be restored as it was at any moment.
        public var pointInTimeRecoveryDescription: PointInTimeRecoveryDescription?

        private enum CodingKeys: String, CodingKey {
            case pointInTimeRecoveryDescription = "PointInTimeRecoveryDescription"
        }
    }

    /// Whether the table can be restored as it was at any moment.
    public struct PointInTimeRecoveryDescription: Decodable, Sendable, Equatable {
        /// `ENABLED` or `DISABLED`.
        public var pointInTimeRecoveryStatus: String?

        private enum CodingKeys: String, CodingKey {
            case pointInTimeRecoveryStatus = "PointInTimeRecoveryStatus"
        }
    }
}
