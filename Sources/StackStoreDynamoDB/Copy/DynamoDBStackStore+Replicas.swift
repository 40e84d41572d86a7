import DynamoDB
package import FoundationEssentials
import Stacks
import Synchronization

/// Mutual exclusion of replicas and a copy of the table. Each side writes its own heartbeat or lock first and then reads the other's. With
/// strong consistency at least one of two concurrent sides sees the other.
extension DynamoDBStackStore {
    /// The interval of a replica's heartbeats and of a copy's renewals.
    package static let heartbeatInterval: Duration = .seconds(30)
    /// The time in seconds after its last heartbeat for which a replica counts as active; likewise for a copy's lock.
    package static let heartbeatLifetime: TimeInterval = 90

    /// The way in which this version reserves: it adds to the capacity bound. Heartbeats of earlier versions have none.
    private static let replicaVersion = 2

    /// Writes a heartbeat and reads the copy lock and the other heartbeats. To be called every ``heartbeatInterval``.
    /// - Parameter replica: the owner in its reservations.
    /// - Returns: the lock of a running copy. The replica must not work then.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func heartbeat(of replica: String, at now: Date) async throws -> CopyMark? {
        // A replica of an earlier version may have come and gone since the last heartbeat, or someone has changed a counter by hand: the next
        // reservation reads both and corrects the bound.
        capacityHint.withLock { $0.know(nil) }
        var item = withExpiry(ItemKey.replica(replica), at: now)
        item[Attribute.version] = .n(String(Self.replicaVersion))
        _ = try await translating { try await writing { try await client.putItem(DynamoDB.PutItemInput(item: item, tableName: table)) } }
        let live = try await liveHeartbeats(at: now)
        capacityHint.withLock { $0.hasSeen(earlierReplica: live.hasEarlierReplica) }
        return live.copy
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
    private func liveHeartbeats(at now: Date) async throws -> LiveHeartbeats {
        var live = LiveHeartbeats()
        for item in try await items(in: Partition(ItemKey.replicas), consistentRead: true) {
            let reader = ItemReader(item)
            if item[Attribute.sortKey] == ItemKey.copy[Attribute.sortKey] {
                let mark = try CopyMark(reader)
                if mark.expiresAt > now { live.copy = mark }
            } else if reader.isAlive(at: now) {
                live.replicas.append(try reader.text(Attribute.sortKey))
                if !reader.hasVersion(Self.replicaVersion) { live.hasEarlierReplica = true }
            }
        }
        return live
    }

    private struct LiveHeartbeats {
        var replicas: [String] = []
        var hasEarlierReplica = false
        var copy: CopyMark?
    }
}

extension ItemReader {
    /// Returns true if the heartbeat is of this version or a later one. An unreadable heartbeat is not.
    fileprivate func hasVersion(_ version: Int) -> Bool {
        do {
            let found: Int? = try integerIfPresent(Attribute.version)
            return (found ?? 0) >= version
        } catch { return false }
    }

    /// Returns true if the heartbeat is live. An unreadable heartbeat blocks a copy, but no replica.
    fileprivate func isAlive(at now: Date) -> Bool {
        do {
            let end: Int64 = try integer(Attribute.expiresAt)
            return end > now.microseconds
        } catch { return true }
    }
}
