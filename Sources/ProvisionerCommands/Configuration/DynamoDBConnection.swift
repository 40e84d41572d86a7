import ArgumentParser
import DynamoDB
import Logging

/// A DynamoDB client for the commands, configured by the environment.
struct DynamoDBConnection: Sendable {
    var client: DynamoDB
    var region: String

    /// Returns the table that the environment names.
    static func table(_ environment: [String: String]) -> String {
        var reader = EnvironmentReader(environment)
        return reader.text("DDB_STACK_TABLE") ?? defaultTable
    }

    static let defaultTable = "smctf-stacks"

    /// Runs `body` with a client and shuts the client down.
    /// - Throws: `ExitCode` after a DynamoDB error was printed: 2 for a configuration error, else 1; and the error of `body`.
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
