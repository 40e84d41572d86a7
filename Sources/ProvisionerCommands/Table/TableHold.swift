import Foundation
import StackStoreDynamoDB
import Stacks

/// Keeps replicas off a table while it is copied.
struct TableHold: Sendable {
    var store: DynamoDBStackStore
    /// The table's name.
    var table: String
    /// Of this copy alone.
    var token = UUID().uuidString
    var now: @Sendable () -> Date = { Date() }
    /// Waits between two renewals of the mark.
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Runs `body` while no replica is at work on the table.
    /// - Throws: ``StoreCopy/Refusal`` when one is, before or after, when another copy is under way, or when the mark is lost, which
    ///   cancels `body`; ``StoreError``; what `body` throws.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        if let other = try await store.beginCopy(token, at: now()) { throw StoreCopy.Refusal.copying(other, table: table) }
        let result: Result
        do {
            try await requireNoReplica()
            result = try await whileRenewing(body)
            // One that slept since before the copy may have woken up.
            try await requireNoReplica()
        } catch {
            await release()
            throw error
        }
        await release()
        return result
    }

    /// The mark ends by itself if it cannot be taken away now. A task of its own, which no cancellation reaches.
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
