package import DynamoDB
import FoundationEssentials
import Stacks
import Synchronization

/// The shared store: one DynamoDB table for any number of replicas. docs/dynamodb.md describes its items and what they cost.
///
/// Whatever must happen together is one transaction, each of its writes conditional on what it takes for granted. Whatever a
/// decision hangs on is read with strong consistency.
package final class DynamoDBStackStore: StackStore {
    /// Never: other replicas write to the table as well.
    package let isExclusive = false
    let client: DynamoDB
    let table: String
    let consistentRead: Bool
    let contention: Contention
    /// Of this process's reservations at the edge of the budget.
    let turns = Turns()
    let health = Mutex(WriteHealth())
    let instant: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - client: closed by whoever made it, after this store was used for the last time.
    ///   - table: with partition key `pk` and sort key `sk`; ``StackTable`` makes and checks it.
    ///   - consistentRead: whether lists hold every write that has succeeded before; at twice the price. Reservations, and reads of one
    ///     stack, always do.
    package convenience init(client: DynamoDB, table: String, consistentRead: Bool = true) {
        self.init(client: client, table: table, consistentRead: consistentRead, contention: Contention())
    }

    init(
        client: DynamoDB,
        table: String,
        consistentRead: Bool = true,
        contention: Contention,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.instant = instant
        self.client = client
        self.table = table
        self.consistentRead = consistentRead
        self.contention = contention
    }

    /// Reads one small item by its key: proves that the table is there, has the right keys and may be read. Whether it may be written is
    /// known from the last writes, of which the sign of life is one every 30 seconds.
    package func checkReadiness() async throws {
        let key: DynamoDB.Item = [Attribute.partitionKey: .s(ItemKey.capacity), Attribute.sortKey: .s("00")]
        _ = try await translating { try await client.getItem(DynamoDB.GetItemInput(key: key, tableName: table)) }
        // On a quiet evening the signs of life are the only writes: one that fails says little.
        let lifetime = Self.heartbeatInterval * 2 + .seconds(5)
        if let failure = health.withLock({ $0.lastingFailure(at: instant(), lifetime: lifetime) }) { throw failure }
    }

    /// Remembers how a write ended. A condition that does not hold, or another write in its way, are answers too.
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

    /// Lets only ``StoreError`` and cancellation out.
    func translating<Value>(_ call: () async throws -> Value) async throws -> Value {
        do { return try await call() } catch let error as DynamoDBError { throw unavailable(error) }
    }

    func unavailable(_ error: DynamoDBError) -> StoreError {
        switch error.code {
        case .resourceNotFound: .unavailable("table \(table) does not exist; create it with: \(StackTable.createCommand(table))")
        case .unavailable: .unreachable("table \(table): \(error)")
        default: .unavailable("table \(table): \(error)")
        }
    }

    /// Nothing of the transaction was made.
    struct Cancellation: Error {
        /// For each item in the order of the transaction; nil when nothing is wrong with it.
        var reasons: [Reason?]

        enum Reason: Equatable {
            case conditionFailed
            /// Another write was under way, or throughput was short: a passing reason.
            case contended
        }
    }

    /// Makes a transaction, once: the client gives it a `ClientRequestToken`, which every attempt to send it bears.
    /// - Throws: ``Cancellation``; ``StoreError``.
    func transact(_ items: [DynamoDB.TransactWriteItem]) async throws {
        do {
            _ = try await writing { try await client.transactWriteItems(DynamoDB.TransactWriteItemsInput(transactItems: items)) }
        } catch let error as DynamoDBError where error.code == .transactionCanceled {
            throw try cancellation(error)
        } catch let error as DynamoDBError {
            throw unavailable(error)
        }
    }

    private func cancellation(_ error: DynamoDBError) throws -> Cancellation {
        let reasons = try error.cancellationReasons.map { reason -> Cancellation.Reason? in
            switch reason.code {
            case "None": nil
            case "ConditionalCheckFailed": .conditionFailed
            case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded": .contended
            default: throw unavailable(error)
            }
        }
        guard reasons.contains(where: { $0 != nil }) else { throw unavailable(error) }
        return Cancellation(reasons: reasons)
    }

    /// Makes attempts until one is not crossed by another write.
    /// - Throws: what an attempt throws; ``StoreError/unavailable(_:)`` when the time is over.
    func contending<Value: Sendable>(_ attempt: (Int) async throws -> Contention.Outcome<Value>) async throws -> Value {
        do { return try await contention.run(attempt) } catch let error as Contended { throw unavailable(error) }
    }

    func unavailable(_ error: Contended) -> StoreError {
        let seconds = contention.timeout.components.seconds
        return .unavailable("table \(table): \(error.what) met other writes to the same items again and again, for \(seconds) seconds")
    }
}
