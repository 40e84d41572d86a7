extension DynamoDB {
    /// The table to describe.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
    public struct DescribeContinuousBackupsInput: Encodable, Sendable, Equatable {
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

    /// The backups of the table.
    public struct DescribeContinuousBackupsOutput: Decodable, Sendable, Equatable {
        /// The state of continuous backups.
        public var continuousBackupsDescription: ContinuousBackupsDescription?

        private enum CodingKeys: String, CodingKey {
            case continuousBackupsDescription = "ContinuousBackupsDescription"
        }
    }

    /// The state of continuous backups.
    public struct ContinuousBackupsDescription: Decodable, Sendable, Equatable {
        /// The state of point-in-time recovery.
        public var pointInTimeRecoveryDescription: PointInTimeRecoveryDescription?

        private enum CodingKeys: String, CodingKey {
            case pointInTimeRecoveryDescription = "PointInTimeRecoveryDescription"
        }
    }

    /// The state of point-in-time recovery.
    public struct PointInTimeRecoveryDescription: Decodable, Sendable, Equatable {
        /// `ENABLED` or `DISABLED`.
        public var pointInTimeRecoveryStatus: String?

        private enum CodingKeys: String, CodingKey {
            case pointInTimeRecoveryStatus = "PointInTimeRecoveryStatus"
        }
    }
}
