import DynamoDB
package import FoundationEssentials
import Stacks

/// Replicas and a copy of the table keep out of each other's way: each writes its own sign first and looks for the other's then. With
/// strong consistency at least one of two that begin at the same time sees the other.
extension DynamoDBStackStore {
    /// How often a replica that serves gives its sign of life, and a copy renews its mark.
    package static let heartbeatInterval: Duration = .seconds(30)
    /// How long a replica counts as active after its last sign of life, and a copy after it renewed its mark.
    package static let heartbeatLifetime: TimeInterval = 90

    /// Says that a replica is at work on this table, and looks whether it may be. To be repeated every ``heartbeatInterval``.
    /// - Parameter replica: the owner that its reservations bear.
    /// - Returns: the copy that is under way. The replica must not be at work then.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func heartbeat(of replica: String, at now: Date) async throws -> CopyMark? {
        let item = sign(ItemKey.replica(replica), at: now)
        _ = try await translating { try await writing { try await client.putItem(DynamoDB.PutItemInput(item: item, tableName: table)) } }
        return try await liveSigns(at: now).copy
    }

    /// Says that a replica has ended.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func endHeartbeat(of replica: String) async throws {
        let input = DynamoDB.DeleteItemInput(key: ItemKey.replica(replica), tableName: table)
        _ = try await translating { try await client.deleteItem(input) }
    }

    /// The replicas that are at work on this table, as far as their signs of life tell.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func activeReplicas(at now: Date) async throws -> [String] {
        try await liveSigns(at: now).replicas
    }

    /// A sign that ends by itself.
    func sign(_ key: DynamoDB.Item, at now: Date) -> DynamoDB.Item {
        let end = now.addingTimeInterval(Self.heartbeatLifetime)
        var item = key
        item[Attribute.expiresAt] = .n(String(end.microseconds))
        // DynamoDB deletes it, some time later.
        item[Attribute.timeToLive] = .n(String(Int64(end.timeIntervalSince1970.rounded(.up))))
        return item
    }

    /// One query, strongly consistent.
    private func liveSigns(at now: Date) async throws -> (replicas: [String], copy: CopyMark?) {
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
    /// Whether a sign of life counts. One that cannot be read keeps a copy away, and nobody else.
    fileprivate func isAlive(at now: Date) -> Bool {
        do {
            let end: Int64 = try integer(Attribute.expiresAt)
            return end > now.microseconds
        } catch { return true }
    }
}
