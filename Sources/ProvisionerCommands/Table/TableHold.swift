import Foundation
import StackStoreDynamoDB
import Stacks

/// The copy lock of a table, which keeps replicas off it.
struct TableHold: Sendable {
    var store: DynamoDBStackStore
    var table: String
    /// The id of this copy.
    var token = UUID().uuidString
    var now: @Sendable () -> Date = { Date() }
    /// Waits between renewals of the lock.
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Runs `body` while no replica uses the table.
    /// - Throws: ``StoreCopy/Refusal`` if a replica uses it before or after, if another copy is running, or if the lock is lost, which
    ///   cancels `body`; ``StoreError``; the error of `body`.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        if let other = try await store.beginCopy(token, at: now()) { throw StoreCopy.Refusal.copying(other, table: table) }
        let result: Result
        do {
            try await requireNoReplica()
            result = try await whileRenewing(body)
            // A replica that was suspended since before the copy may have resumed.
            try await requireNoReplica()
        } catch {
            await release()
            throw error
        }
        await release()
        return result
    }

    /// Removes the lock; if that fails, the lock expires. A separate task, which the caller's cancellation does not reach.
    private func release() async {
        await Task {
            do { try await store.endCopy(token) } catch { /* best effort */  }
        }.value
    }

    private func requireNoReplica() async throws {
        let replicas = try await store.activeReplicas(at: now())
        guard replicas.isEmpty else { throw StoreCopy.Refusal.activeReplicas(replicas, table: table) }
    }

    private func whileRenewing<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask { try await renew() }
            defer { group.cancelAll() }
            for try await result in group { return result }
            preconditionFailure("two tasks were added")
        }
    }

    private func renew() async throws -> Never {
        while true {
            try await sleep(DynamoDBStackStore.heartbeatInterval)
            guard try await store.renewCopy(token, at: now()) else {
                let reason = "the mark that keeps replicas off table \(table) is gone, so the copy was given up; run the command again"
                throw StoreCopy.Refusal(message: reason)
            }
        }
    }
}
