package import DynamoDB
import FoundationEssentials
package import Logging
import Stacks
import Synchronization

/// The shared store: one DynamoDB table for any number of replicas. docs/dynamodb.md describes its items and their costs.
///
/// Changes that belong together are one transaction, and each write is conditional on what was read. Reads that decide something are
/// strongly consistent.
package final class DynamoDBStackStore: StackStore {
    /// False, since other replicas write to the table as well.
    package let isExclusive = false
    let client: DynamoDB
    let table: String
    let consistentRead: Bool
    let contention: Contention
    let logger: Logger
    /// The serialized section of this process's reservations, which all write the capacity bound.
    let turns = Turns<ReservationBatch.Member, ReservationBatch.Answer>()
    let capacityHint = Mutex(CapacityHint())
    let health = Mutex(WriteHealth())
    let instant: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - client: shut down by its creator after the last use of this store.
    ///   - table: the name of a table with partition key `pk` and sort key `sk`; ``StackTable`` creates and checks it.
    ///   - consistentRead: true for strongly consistent lists, at twice the price. Reservations and reads of one stack always are.
    ///   - logger: logs what no caller is told.
    package convenience init(client: DynamoDB, table: String, consistentRead: Bool = true, logger: Logger = DynamoDBStackStore.silent) {
        self.init(client: client, table: table, consistentRead: consistentRead, contention: Contention(), logger: logger)
    }

    /// For a command, which reports on standard error what it does.
    package static let silent = Logger(label: "store") { _ in SwiftLogNoOpLogHandler() }

    init(
        client: DynamoDB,
        table: String,
        consistentRead: Bool = true,
        contention: Contention,
        logger: Logger = DynamoDBStackStore.silent,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.instant = instant
        self.logger = logger
        self.client = client
        self.table = table
        self.consistentRead = consistentRead
        self.contention = contention
    }

    /// Reads one small item by its key, which proves that the table exists, has the right keys and is readable. Whether it is writable is
    /// known from recent writes, at least one heartbeat every 30 seconds.
    package func checkReadiness() async throws {
        let key: DynamoDB.Item = [Attribute.partitionKey: .s(ItemKey.capacity), Attribute.sortKey: .s("00")]
        _ = try await translating { try await client.getItem(DynamoDB.GetItemInput(key: key, tableName: table)) }
        // With little traffic the heartbeats are the only writes, and a single failed one is no proof.
        let lifetime = Self.heartbeatInterval * 2 + .seconds(5)
        if let failure = health.withLock({ $0.lastingFailure(at: instant(), lifetime: lifetime) }) { throw failure }
    }

    /// Records the outcome of a write. A false condition or a conflict counts as success: the table responded.
    func writing<Value>(_ call: () async throws -> Value) async throws -> Value {
        do {
            let value = try await call()
            health.withLock { $0.succeeded(at: instant()) }
            return value
        } catch let error as DynamoDBError {
            switch error.code {
            case .conditionalCheckFailed, .transactionCanceled, .transactionConflict: break
            default: health.withLock { $0.failed(unavailable(error), at: instant()) }
            }
            throw error
        }
    }

    /// Maps every error except cancellation to ``StoreError``.
    func translating<Value>(_ call: () async throws -> Value) async throws -> Value {
        do { return try await call() } catch let error as DynamoDBError { throw unavailable(error) }
    }

    func unavailable(_ error: DynamoDBError) -> StoreError {
        switch error.code {
        case .resourceNotFound: .unavailable("table \(table) does not exist; create it with: \(StackTable.createCommand(table))")
        case .unavailable: .unreachable("table \(table): \(error)")
        // An earlier attempt of the client had no answer.
        case .throttled where error.mayHaveTakenEffect: .unreachable("table \(table): \(error)")
        default: .unavailable("table \(table): \(error)")
        }
    }

    /// A cancelled transaction (`TransactionCanceledException`), which wrote nothing.
    struct Cancellation: Error {
        /// The reason of each item in the order of the transaction; nil for an item without one.
        var reasons: [Reason?]
        /// The items whose conditions were false, as far as the transaction asked for them.
        var items: [DynamoDB.Item] = []

        enum Reason: Equatable {
            case conditionFailed
            /// A conflicting write or throttling; a retry may succeed.
            case contended
        }
    }

    /// Executes a transaction. All retries of the client carry the same `ClientRequestToken`, so that it takes effect once.
    /// - Throws: ``Cancellation``; ``StoreError``.
    func transact(_ items: [DynamoDB.TransactWriteItem]) async throws {
        try await translating { try await commit(items) }
    }

    /// Executes a transaction as ``transact(_:)`` does.
    /// - Throws: ``Cancellation``; `DynamoDBError`, which tells more than ``StoreError``.
    func commit(_ items: [DynamoDB.TransactWriteItem]) async throws {
        do {
            _ = try await writing { try await client.transactWriteItems(DynamoDB.TransactWriteItemsInput(transactItems: items)) }
        } catch let error as DynamoDBError where error.code == .transactionCanceled {
            throw try cancellation(error)
        }
    }

    private func cancellation(_ error: DynamoDBError) throws -> Cancellation {
        let reasons = try error.cancellationReasons.map { reason -> Cancellation.Reason? in
            switch reason.code {
            case "None": nil
            case "ConditionalCheckFailed": .conditionFailed
            case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded": .contended
            default: throw error
            }
        }
        guard reasons.contains(where: { $0 != nil }) else { throw error }
        return Cancellation(reasons: reasons, items: error.cancellationReasons.compactMap(\.item))
    }

    /// Repeats a write until an attempt meets no conflict.
    /// - Throws: the error of an attempt; ``StoreError/unavailable(_:)`` after the timeout.
    func contending<Value: Sendable>(_ attempt: (Int) async throws -> Contention.Outcome<Value>) async throws -> Value {
        do { return try await contention.run(attempt) } catch let error as Contended { throw unavailable(error) }
    }

    func unavailable(_ error: Contended) -> StoreError {
        let seconds = contention.timeout.components.seconds
        return .unavailable("table \(table): \(error.what) met other writes to the same items again and again, for \(seconds) seconds")
    }
}
