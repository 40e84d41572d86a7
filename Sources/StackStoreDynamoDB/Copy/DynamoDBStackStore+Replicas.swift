import DynamoDB
package import FoundationEssentials
import Stacks

/// Mutual exclusion of replicas and a copy of the table. Each side writes its own heartbeat or lock first and then reads the other's. With
/// strong consistency at least one of two concurrent sides sees the other.
extension DynamoDBStackStore {
    /// The interval of a replica's heartbeats and of a copy's renewals.
    package static let heartbeatInterval: Duration = .seconds(30)
    /// The time in seconds after its last heartbeat for which a replica counts as active; likewise for a copy's lock.
    package static let heartbeatLifetime: TimeInterval = 90

    /// Writes a heartbeat and reads the copy lock. To be called every ``heartbeatInterval``.
    /// - Parameter replica: the owner in its reservations.
    /// - Returns: the lock of a running copy. The replica must not work then.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func heartbeat(of replica: String, at now: Date) async throws -> CopyMark? {
        let item = withExpiry(ItemKey.replica(replica), at: now)
        _ = try await translating { try await writing { try await client.putItem(DynamoDB.PutItemInput(item: item, tableName: table)) } }
        return try await liveHeartbeats(at: now).copy
    }

    /// Removes the heartbeat of a replica that has ended.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func endHeartbeat(of replica: String) async throws {
        let input = DynamoDB.DeleteItemInput(key: ItemKey.replica(replica), tableName: table)
        _ = try await translating { try await client.deleteItem(input) }
    }

    /// Returns the replicas with a live heartbeat.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func activeReplicas(at now: Date) async throws -> [String] {
        try await liveHeartbeats(at: now).replicas
    }

    /// Adds an expiry to a heartbeat or lock item.
    func withExpiry(_ key: DynamoDB.Item, at now: Date) -> DynamoDB.Item {
        let end = now.addingTimeInterval(Self.heartbeatLifetime)
        var item = key
        item[Attribute.expiresAt] = .n(String(end.microseconds))
        // DynamoDB deletes the item some time after this.
        item[Attribute.timeToLive] = .n(String(Int64(end.timeIntervalSince1970.rounded(.up))))
        return item
    }

    /// Reads heartbeats and lock in one strongly consistent query.
    private func liveHeartbeats(at now: Date) async throws -> (replicas: [String], copy: CopyMark?) {
        var replicas: [String] = []
        var copy: CopyMark?
        for item in try await items(in: Partition(ItemKey.replicas), consistentRead: true) {
            let reader = ItemReader(item)
            if item[Attribute.sortKey] == ItemKey.copy[Attribute.sortKey] {
                let mark = try CopyMark(reader)
                if mark.expiresAt > now { copy = mark }
            } else if reader.isAlive(at: now) {
                replicas.append(try reader.text(Attribute.sortKey))
            }
        }
        return (replicas, copy)
    }
}

extension ItemReader {
    /// Returns true if the heartbeat is live. An unreadable heartbeat blocks a copy, but no replica.
    fileprivate func isAlive(at now: Date) -> Bool {
        do {
            let end: Int64 = try integer(Attribute.expiresAt)
            return end > now.microseconds
        } catch { return true }
    }
}
