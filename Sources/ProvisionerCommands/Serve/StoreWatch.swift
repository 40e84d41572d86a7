import DynamoDB
import Foundation
import Logging
import StackStoreDynamoDB
import Stacks

/// Checks that the service may work with its store, and writes heartbeats.
struct StoreWatch: Sendable {
    var store: OpenStore
    /// The owner in this replica's reservations.
    var owner: String
    var namespace: String
    var logger: Logger
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// Reached after the first check even if it failed: from then on each delete reports store errors itself. Creates wait for ``passed``.
    let asked = Milestone()
    /// Reached once the store is known to be the right one and no copy is running.
    let passed = Milestone()

    /// - Throws: ``StackError`` until the store has passed the first check: a running copy would miss new stacks.
    func requirePassed() throws {
        guard passed.isReached else {
            throw StackError(.storeUnavailable, "the store has not been checked yet", retryAfterSeconds: 5)
        }
    }

    /// The time between attempts at the first check.
    static let patience: Duration = .seconds(2)

    /// Runs until the task is cancelled. An unreachable database is logged and reported by `GET /readyz`, and the check is repeated.
    /// - Throws: ``StackTableError``, which names the command to run; ``OpenStore/ForeignNamespace``; ``CopyUnderWay``.
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
                let message: Logger.Message = "the heartbeat failed: store copy may not see this replica"
                logger.warning(message, metadata: ["error": "\(reason)"])
            }
        }
    }

    /// Runs the first check. The heartbeat is written first, even if the checks fail: a copy of the table must know of a replica whose
    /// callers may delete. A table of another system gets no heartbeat.
    /// - Returns: the failure of the store; nil if all checks succeeded.
    private func firstLook() async throws -> String? {
        let reason = try await reasonOfFailure {
            try await store.refuseForeignItems()
            try await handshake()
        }
        // Checked even after a failure, since it reports permanent errors.
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

    /// Writes the heartbeat, then reads the copy lock. A copy does the reverse, so that at least one side sees the other.
    private func handshake() async throws {
        guard case .dynamodb(let store, _, let table) = store, let copy = try await store.heartbeat(of: owner, at: Date()) else { return }
        let error = CopyUnderWay(table: table.name, until: copy.expiresAt)
        logger.error("\(error)")
        throw error
    }
}

/// The table is being copied; changes of a replica would be lost.
struct CopyUnderWay: Error, CustomStringConvertible {
    var table: String
    /// The end of the copy's lock, unless it is renewed.
    var until: Date

    var description: String {
        "table \(table) is being copied by provisioner store copy; start the service once that has ended. "
            + "If it was interrupted, that is at \(until.formatted(.iso8601)) at the latest"
    }
}
