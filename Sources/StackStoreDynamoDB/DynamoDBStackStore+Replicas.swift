import DynamoDB
package import FoundationEssentials
import Stacks

extension DynamoDBStackStore {
    /// How often a replica that serves gives its sign of life.
    package static let heartbeatInterval: Duration = .seconds(30)
    /// How long a replica counts as active after its last sign of life.
    static let heartbeatLifetime: TimeInterval = 90

    /// Says that a replica is at work on this table. To be repeated every ``heartbeatInterval``.
    /// - Parameter replica: the owner that its reservations bear.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func heartbeat(of replica: String, at now: Date) async throws {
        let end = now.addingTimeInterval(Self.heartbeatLifetime)
        var item = ItemKey.replica(replica)
        item[Attribute.expiresAt] = .n(String(end.microseconds))
        // DynamoDB deletes it by itself, some time later.
        item[Attribute.timeToLive] = .n(String(Int64(end.timeIntervalSince1970.rounded(.up))))
        let input = DynamoDB.PutItemInput(item: item, tableName: table)
        _ = try await translating { try await client.putItem(input) }
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
        try await items(in: Partition(ItemKey.replicas), consistentRead: true).compactMap { item in
            let reader = ItemReader(item)
            let end: Int64 = try reader.integer(Attribute.expiresAt)
            return end > now.microseconds ? try reader.text(Attribute.sortKey) : nil
        }
    }
}
