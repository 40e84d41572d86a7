import DynamoDB

extension StackTable {
    /// A recommendation for a table that works.
    package enum Advice: Sendable, Equatable {
        /// The table has provisioned throughput, and requests beyond it are throttled.
        case notOnDemand
        /// Point-in-time recovery is off.
        case noRecovery
    }

    /// Returns recommendations; settings that may not be read are left out.
    /// - Throws: `DynamoDBError`.
    package func advice() async throws -> [Advice] {
        guard let table = try await description() else { return [] }
        var advice: [Advice] = []
        if table.billingModeSummary?.billingMode != .payPerRequest { advice.append(.notOnDemand) }
        if try await hasRecovery() == false { advice.append(.noRecovery) }
        return advice
    }

    /// Returns a recommendation as a sentence with the command for it.
    package func explain(_ advice: Advice, region: String) -> String {
        switch advice {
        case .notOnDemand:
            """
            table \(name) is not billed on demand: what exceeds its throughput is refused, and creates fail. To change that:
              aws dynamodb update-table --region \(region) --table-name \(name) --billing-mode PAY_PER_REQUEST
            """
        case .noRecovery:
            """
            For a table that must survive mistakes, switch point-in-time recovery on; it is billed by the size of the table:
              aws dynamodb update-continuous-backups --region \(region) --table-name \(name) \\
                --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true
            """
        }
    }

    /// - Returns: nil if the setting may not be read, or the endpoint lacks the operation, as local emulators do.
    private func hasRecovery() async throws -> Bool? {
        do {
            let input = DynamoDB.DescribeContinuousBackupsInput(tableName: name)
            let found = try await client.describeContinuousBackups(input).continuousBackupsDescription
            return found?.pointInTimeRecoveryDescription?.pointInTimeRecoveryStatus == "ENABLED"
        } catch let error as DynamoDBError where [.accessDenied, .other, .validation].contains(error.code) { return nil }
    }
}
