import DynamoDB
package import FoundationEssentials
package import Stacks

extension DynamoDBStackStore {
    /// One GetItem, always strongly consistent: repairs are decided by it.
    package func record(_ id: StackID) async throws -> StackRecord? {
        let input = DynamoDB.GetItemInput(consistentRead: true, key: ItemKey.stack(id), tableName: table)
        return try await translating { try await client.getItem(input).item }.map { try StackRecord($0) }
    }

    /// One query for each of the eight partitions of rows, at once, and further ones for each MB.
    package func records() async throws -> [StackRecord] {
        try await forEachShard { shard in
            try await self.items(in: Partition(ItemKey.stacks(shard: shard))).map { try StackRecord($0) }
        }.sortedByAge
    }

    /// One query for the locks of the user, and a BatchGetItem for each hundred rows that they name.
    package func records(ofUser userID: Int64) async throws -> [StackRecord] {
        let locks = try await items(in: Partition(ItemKey.user(userID), condition: .beginsWith(ItemKey.lockPrefix)))
        return try await records(named: locks).sortedByAge
    }

    /// One query for each of the eight partitions of expiries, up to `date`, and the rows that they name.
    package func records(expiredBy date: Date) async throws -> [StackRecord] {
        let end = ItemKey.moment(date.microseconds + 1)
        return try await forEachShard { shard in
            let expiries = try await self.items(in: Partition(ItemKey.expiries(shard: shard), condition: .before(end)))
            return try await self.records(named: expiries)
        }
        .filter { $0.state == .active && $0.expiresAt <= date }
        .sortedByAge
    }

    /// The first expiry of an active stack in each of the eight partitions, and the rows up to there.
    package func nextExpiry() async throws -> Date? {
        try await forEachShard { shard in
            try await self.nextExpiry(inShard: shard).map { [$0] } ?? []
        }.min()
    }

    /// Stacks in other states stand before the first active one only while they are being made or removed, so a short page is enough.
    private func nextExpiry(inShard shard: Int) async throws -> Date? {
        var page = Page(items: [], next: nil)
        repeat {
            page = try await self.page(of: Partition(ItemKey.expiries(shard: shard)), after: page.next, limit: 8)
            let active = try await records(named: page.items).filter { $0.state == .active }
            if let first = active.map(\.expiresAt).min() { return first }
        } while page.next != nil
        return nil
    }

    /// The rows that these items name by their ids; without those that have been removed meanwhile.
    private func records(named items: [DynamoDB.Item]) async throws -> [StackRecord] {
        let keys = try items.map { ItemKey.stack(try ItemReader($0).value(Attribute.stackID) { StackID($0) }) }
        return try await rows(keys, consistentRead: consistentRead).map { try StackRecord($0) }
    }

    /// The items with these keys, as many requests as it takes.
    func rows(_ keys: [DynamoDB.Item], consistentRead: Bool) async throws -> [DynamoDB.Item] {
        var found: [DynamoDB.Item] = []
        var rest = keys[...]
        while !rest.isEmpty {
            let request = DynamoDB.KeysAndAttributes(consistentRead: consistentRead, keys: Array(rest.prefix(Self.batchSize)))
            let answer = try await translating {
                try await client.batchGetItem(DynamoDB.BatchGetItemInput(requestItems: [table: request]))
            }
            found += answer.responses?[table] ?? []
            rest = rest.dropFirst(Self.batchSize)
        }
        return found
    }

    /// What BatchGetItem takes at once.
    private static let batchSize = 100

    /// Asks all shards at once.
    private func forEachShard<Element: Sendable>(
        _ body: @escaping @Sendable (Int) async throws -> [Element]
    ) async throws -> [Element] {
        try await withThrowingTaskGroup(of: [Element].self) { group in
            for shard in ItemKey.stackShards {
                group.addTask { try await body(shard) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}

extension [StackRecord] {
    /// Oldest first; those of one moment by id.
    fileprivate var sortedByAge: [StackRecord] {
        sorted { ($0.createdAt, $0.id.description) < ($1.createdAt, $1.id.description) }
    }
}
