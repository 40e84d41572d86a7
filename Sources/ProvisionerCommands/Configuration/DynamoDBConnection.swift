import ArgumentParser
import DynamoDB
import Logging

/// A client for the commands, made from the environment.
struct DynamoDBConnection: Sendable {
    var client: DynamoDB
    var region: String

    /// The table that the environment names.
    static func table(_ environment: [String: String]) -> String {
        var reader = EnvironmentReader(environment)
        return reader.text("DDB_STACK_TABLE") ?? defaultTable
    }

    static let defaultTable = "smctf-stacks"

    /// Runs `body` with a client, and closes it.
    /// - Throws: `ExitCode` after a DynamoDB error was told: 2 when the configuration is wrong, else 1; and what `body` throws.
    static func with<Result>(_ environment: [String: String], _ body: (DynamoDBConnection) async throws -> Result) async throws -> Result {
        do {
            let configuration = try DynamoDB.Configuration.load(environment: environment)
            let client = DynamoDB(configuration: configuration, logger: Logger(label: "dynamodb") { _ in SwiftLogNoOpLogHandler() })
            let result: Result
            do { result = try await body(DynamoDBConnection(client: client, region: configuration.region)) } catch {
                try await client.shutdown()
                throw error
            }
            try await client.shutdown()
            return result
        } catch let error as DynamoDBError {
            Terminal.complain(error.code == .configuration ? error.message : "DynamoDB: \(error)")
            throw ExitCode(error.code == .configuration ? 2 : 1)
        }
    }
}
