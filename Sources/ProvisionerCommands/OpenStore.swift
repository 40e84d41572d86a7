import DynamoDB
import FoundationEssentials
import Logging
import StackStoreDynamoDB
import StackStoreSQLite
import Stacks

/// The store that the configuration chooses, open.
enum OpenStore {
    case sqlite(SQLiteStackStore)
    case dynamodb(DynamoDBStackStore, client: DynamoDB, table: StackTable)

    /// - Throws: ``SQLiteStoreError``; `DynamoDBError` when region or endpoint are not configured.
    init(_ choice: ServeConfiguration.StoreChoice, environment: [String: String], logger: Logger) throws {
        switch choice {
        case .sqlite(let path):
            self = .sqlite(try SQLiteStackStore(path: path))
        case .dynamodb(let table, let consistentRead):
            let client = DynamoDB(configuration: try .load(environment: environment), logger: logger)
            self = .dynamodb(
                DynamoDBStackStore(client: client, table: table, consistentRead: consistentRead),
                client: client,
                table: StackTable(client: client, name: table)
            )
        }
    }

    var store: any StackStore {
        switch self {
        case .sqlite(let store): store
        case .dynamodb(let store, _, _): store
        }
    }

    /// Whether the service can work with this store. A database that cannot be reached now may be reached later: that is only
    /// logged, and `GET /readyz` says it.
    /// - Throws: ``StackTableError``, which says what to run; ``ForeignNamespace``.
    func check(namespace: String, _ logger: Logger) async throws {
        do {
            if case .dynamodb(_, _, let table) = self { try await table.checkBeforeUse() }
            guard let foreign = try await store.records().first(where: { $0.namespace != namespace }) else { return }
            throw ForeignNamespace(stackID: foreign.id.description, namespace: foreign.namespace)
        } catch let error as DynamoDBError {
            logger.warning("the store could not be checked", metadata: ["error": "\(error)"])
        } catch StoreError.unavailable(let reason) {
            logger.warning("the store could not be checked", metadata: ["error": "\(reason)"])
        }
    }

    /// The store holds stacks of another namespace. Nobody would see their Pods, and they would be taken for missing.
    struct ForeignNamespace: Error {
        var stackID: String
        var namespace: String
    }

    func close(as owner: String) async throws {
        switch self {
        case .sqlite(let store):
            try store.close()
        case .dynamodb(let store, let client, _):
            // Should it fail, the sign of life ends by itself.
            do { try await store.endHeartbeat(of: owner) } catch is StoreError {}
            try await client.shutdown()
        }
    }
}

extension DynamoDBStackStore {
    /// Says again and again that this replica is at work, until the task is cancelled.
    func giveSignsOfLife(as owner: String, _ logger: Logger) async throws {
        while true {
            do { try await heartbeat(of: owner, at: Date()) } catch is StoreError {
                logger.warning("no sign of life could be given: a copy of the table would not know of this replica")
            }
            try await Task.sleep(for: Self.heartbeatInterval)
        }
    }
}
