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

    /// Compares what is counted with what is there; nil for a store that cannot differ from itself.
    var counterDiscrepancies: (@Sendable () async throws -> [Discrepancy]?)? {
        guard case .dynamodb(let store, _, _) = self else { return nil }
        return { try await store.counterDiscrepancies() }
    }

    /// - Throws: ``StackTableError`` when the items in the table are another system's, or a later version's; `DynamoDBError`.
    func refuseForeignItems() async throws {
        if case .dynamodb(_, _, let table) = self { try await table.refuseForeignItems() }
    }

    /// Whether the service can work with this store.
    /// - Throws: ``StackTableError``, which says what to run; ``ForeignNamespace``; ``StoreError`` and `DynamoDBError` when the store
    ///   cannot be asked.
    func check(namespace: String) async throws {
        if case .dynamodb(_, _, let table) = self { try await table.checkBeforeUse() }
        guard let foreign = try await store.records().records.first(where: { $0.namespace != namespace }) else { return }
        throw ForeignNamespace(stackID: foreign.id.description, namespace: foreign.namespace)
    }

    /// The store holds stacks of another namespace. Nobody would see their Pods, and they would be taken for missing.
    struct ForeignNamespace: Error {
        var stackID: String
        var namespace: String
    }

    /// Closes the store of a replica, whether the task is cancelled or not.
    func close(as owner: String) async throws {
        if case .dynamodb(let store, _, _) = self {
            // A task of its own, which no cancellation reaches: without the sign's removal a copy would have to wait for its end.
            await Task { await Self.endHeartbeat(of: owner, in: store) }.value
        }
        try await close()
    }

    /// Closes the store of a command, which gave no sign of life.
    func close() async throws {
        switch self {
        case .sqlite(let store): try store.close()
        case .dynamodb(_, let client, _): try await client.shutdown()
        }
    }

    /// Within a short time, because the process is about to end. Should it fail, the sign of life ends by itself.
    private static func endHeartbeat(of owner: String, in store: DynamoDBStackStore) async {
        do { _ = try await within(.seconds(2)) { try await store.endHeartbeat(of: owner) } } catch { /* best effort */  }
    }
}
