import DynamoDB
import Logging
import StackStoreDynamoDB
import StackStoreSQLite
import Stacks

extension Doctor {
    /// Checks the store without opening it for work.
    func store() async throws -> Check {
        switch settings.store {
        case .sqlite(let path):
            progress("the database \(path)")
            return Check.store(SQLiteFileState(path: path), path: path)
        case .dynamodb(let table, _):
            progress("the table \(table)")
            return try await dynamoDB(table)
        }
    }

    private func dynamoDB(_ name: String) async throws -> Check {
        do {
            let configuration = try DynamoDB.Configuration.load(environment: environment)
            let client = DynamoDB(configuration: configuration, logger: Logger(label: "dynamodb") { _ in SwiftLogNoOpLogHandler() })
            let table = StackTable(client: client, name: name)
            let findings: [StackTable.Finding]
            do { findings = try await table.findings() } catch {
                try await client.shutdown()
                throw error
            }
            try await client.shutdown()
            return Check.store(table: name, region: configuration.region, findings, sentences: findings.map(table.explain))
        } catch let error as DynamoDBError {
            let advice = "check AWS_REGION, AWS_PROFILE and the rights of the credentials: provisioner table check"
            return Check("store", .unknown, "DynamoDB table \(name) cannot be asked: \(error)", advice: advice)
        }
    }
}
