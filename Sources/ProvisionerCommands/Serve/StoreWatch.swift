import DynamoDB
import Foundation
import Logging
import StackStoreDynamoDB
import Stacks

/// Looks whether the service may work with its store, and says again and again that it is at work there.
struct StoreWatch: Sendable {
    var store: OpenStore
    /// The owner that this replica's reservations bear.
    var owner: String
    var namespace: String
    var logger: Logger
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// The store was asked, be it in vain: deletes may go on, and each is told what the store cannot do now. Creates wait for ``passed``.
    let asked = Milestone()
    /// The store is the right one, and nobody copies it.
    let passed = Milestone()

    /// - Throws: ``StackError`` until the store has passed the first look: whoever copies it would not know of what is created.
    func requirePassed() throws {
        guard passed.isReached else {
            throw StackError(.storeUnavailable, "the store has not been checked yet", retryAfterSeconds: 5)
        }
    }

    /// Pauses between two attempts at the first look.
    static let patience: Duration = .seconds(2)

    /// Runs until the task is cancelled. A database that cannot be reached now may be reached later: that is only logged, and
    /// `GET /readyz` says it.
    /// - Throws: ``StackTableError``, which says what to run; ``OpenStore/ForeignNamespace``; ``CopyUnderWay``.
    func run() async throws {
        var hasFailed = false
        while let reason = try await firstLook() {
            if !hasFailed { logger.warning("the store could not be checked", metadata: ["error": "\(reason)"]) }
            hasFailed = true
            asked.reach()
            try await sleep(Self.patience)
        }
        if hasFailed { logger.notice("the store has been checked") }
        asked.reach()
        passed.reach()
        while true {
            try await sleep(DynamoDBStackStore.heartbeatInterval)
            if let reason = try await reasonOfFailure(handshake) {
                let message: Logger.Message = "no sign of life could be given: a copy of the table would not know of this replica"
                logger.warning(message, metadata: ["error": "\(reason)"])
            }
        }
    }

    /// The sign of life comes first, also when not everything can be looked at yet: a copy of the table must know of a replica whose
    /// callers may delete. Only in a table of another system none is written.
    /// - Returns: why the store cannot be asked now; nil when all is well.
    private func firstLook() async throws -> String? {
        let reason = try await reasonOfFailure {
            try await store.refuseForeignItems()
            try await handshake()
        }
        // Also after a failure: this tells what will never be well.
        let other = try await reasonOfFailure { try await store.check(namespace: namespace) }
        return reason ?? other
    }

    private func reasonOfFailure(_ body: () async throws -> Void) async throws -> String? {
        do {
            try await body()
            return nil
        } catch let error as DynamoDBError {
            return "\(error)"
        } catch let error as StoreError {
            return "\(error)"
        }
    }

    /// First the sign of life, then the look for a copy, which does it the other way round: one of the two sees the other.
    private func handshake() async throws {
        guard case .dynamodb(let store, _, let table) = store, let copy = try await store.heartbeat(of: owner, at: Date()) else { return }
        let error = CopyUnderWay(table: table.name, until: copy.expiresAt)
        logger.error("\(error)")
        throw error
    }
}

/// The table is being copied; whatever a replica did there would be lost.
struct CopyUnderWay: Error, CustomStringConvertible {
    var table: String
    /// When the mark of the copy ends, unless it is renewed.
    var until: Date

    /// One sentence for the operator.
    var description: String {
        "table \(table) is being copied by provisioner store copy; start the service once that has ended. "
            + "If it was interrupted, that is at \(until.formatted(.iso8601)) at the latest"
    }
}
