import ArgumentParser
import Foundation
import StackStoreDynamoDB
import StackStoreSQLite
import Stacks

/// A store as written on the command line.
enum StoreAddress: ExpressibleByArgument, Equatable, CustomStringConvertible {
    case sqlite(path: String)
    case dynamodb(table: String)

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "sqlite": self = .sqlite(path: parts[1])
        case "dynamodb": self = .dynamodb(table: parts[1])
        default: return nil
        }
    }

    var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .dynamodb(let table): "dynamodb:\(table)"
        }
    }

    /// Runs `body` with the store, and keeps replicas off it meanwhile.
    /// - Parameter environment: the configuration of DynamoDB.
    /// - Throws: ``StoreCopy/Refusal`` if a replica uses the store; ``SQLiteStoreError``, also in that case; ``StackTableError``;
    ///   ``StoreError``.
    func withStore<Result: Sendable>(
        environment: [String: String],
        _ body: @escaping @Sendable (any StackStore) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .sqlite(let path):
            // SQLite needs no further lock: the store locks its file against other processes.
            let store = try SQLiteStackStore(path: path)
            let result: Result
            do { result = try await body(store) } catch {
                try store.close()
                throw error
            }
            try store.close()
            return result
        case .dynamodb(let table):
            return try await DynamoDBConnection.with(environment) { connection in
                try await StackTable(client: connection.client, name: table).checkBeforeUse()
                let store = DynamoDBStackStore(client: connection.client, table: table)
                return try await TableHold(store: store, table: table).run { try await body(store) }
            }
        }
    }
}
