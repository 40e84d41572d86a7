import DynamoDB
import FoundationEssentials
import Logging
import StackStoreDynamoDB
import StackStoreSQLite
import Stacks

/// The opened store of the configuration.
enum OpenStore {
    case sqlite(SQLiteStackStore)
    case dynamodb(DynamoDBStackStore, client: DynamoDB, table: StackTable)

    /// - Throws: ``SQLiteStoreError``; `DynamoDBError` if region or endpoint is not configured.
    init(_ choice: ServeConfiguration.StoreChoice, environment: [String: String], logger: Logger) throws {
        switch choice {
        case .sqlite(let path):
            self = .sqlite(try SQLiteStackStore(path: path))
        case .dynamodb(let table, let consistentRead):
            let client = DynamoDB(
                configuration: try .load(environment: environment),
                headers: RequestTrace.outgoingHeaders,
                logger: logger
            )
            self = .dynamodb(
                DynamoDBStackStore(client: client, table: table, consistentRead: consistentRead, logger: logger),
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

    /// Compares counters with rows; nil for a store without separate counters.
    var counterDiscrepancies: (@Sendable () async throws -> [Discrepancy]?)? {
        guard case .dynamodb(let store, _, _) = self else { return nil }
        return { try await store.counterDiscrepancies() }
    }

    /// - Throws: ``StackTableError`` if another system or a later version wrote the table; `DynamoDBError`.
    func refuseForeignItems() async throws {
        if case .dynamodb(_, _, let table) = self { try await table.refuseForeignItems() }
    }

    /// Checks that the service can work with this store.
    /// - Throws: ``StackTableError``, which names the command to run; ``ForeignNamespace``; ``StoreError`` and `DynamoDBError` if the store
    ///   fails.
    func check(namespace: String) async throws {
        if case .dynamodb(_, _, let table) = self { try await table.checkBeforeUse() }
        guard let foreign = try await store.records().records.first(where: { $0.namespace != namespace }) else { return }
        throw ForeignNamespace(stackID: foreign.id.description, namespace: foreign.namespace)
    }

    /// The store contains stacks of another namespace. Their Pods are invisible here and would look missing.
    struct ForeignNamespace: Error {
        var stackID: String
        var namespace: String
    }

    /// Closes the store of a replica, even in a cancelled task.
    func close(as owner: String) async throws {
        if case .dynamodb(let store, _, _) = self {
            // A separate task, which the caller's cancellation does not reach: without this delete a copy would have to wait for the
            // heartbeat's expiry.
            await Task { await Self.endHeartbeat(of: owner, in: store) }.value
        }
        try await close()
    }

    /// Closes the store of a command, which wrote no heartbeat.
    func close() async throws {
        switch self {
        case .sqlite(let store): try store.close()
        case .dynamodb(_, let client, _): try await client.shutdown()
        }
    }

    /// Deletes the heartbeat within a short time, because the process is about to end. If this fails, the heartbeat expires.
    private static func endHeartbeat(of owner: String, in store: DynamoDBStackStore) async {
        do { _ = try await within(.seconds(2)) { try await store.endHeartbeat(of: owner) } } catch { /* best effort */  }
    }
}
