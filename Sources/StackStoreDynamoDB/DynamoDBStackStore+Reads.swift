import DynamoDB
package import FoundationEssentials
package import Stacks

extension DynamoDBStackStore {
    /// Reads a record with one GetItem, always strongly consistent, because repairs depend on it.
    package func record(_ id: StackID) async throws -> StackRecord? {
        let input = DynamoDB.GetItemInput(consistentRead: true, key: ItemKey.stack(id), tableName: table)
        return try await translating { try await client.getItem(input).item }.map { try StackRecord($0) }
    }

    /// Reads all records: concurrent queries of the eight row partitions, one per MB each.
    package func records() async throws -> StackRecords {
        try await forEachShard { shard in
            StackRecords(try await self.items(in: Partition(ItemKey.stacks(shard: shard))))
        }.sortedByAge
    }

    /// Reads a user's records: one query for the user's locks and failed stacks, and one BatchGetItem per hundred rows.
    package func records(ofUser userID: Int64) async throws -> StackRecords {
        let count = ItemKey.count(user: userID)[Attribute.sortKey]
        let items = try await items(in: Partition(ItemKey.user(userID))).filter { $0[Attribute.sortKey] != count }
        return try await records(named: items).sortedByAge
    }

    /// Reads expired records: a query up to `date` of each of the eight expiry partitions, and the rows that they name.
    package func records(expiredBy date: Date) async throws -> StackRecords {
        let end = ItemKey.moment(date.microseconds, plus: 1)
        var read = try await forEachShard { shard in
            let expiries = try await self.items(in: Partition(ItemKey.expiries(shard: shard), condition: .before(end)))
            return try await self.records(named: expiries)
        }
        read.records.removeAll { !$0.expires || $0.expiresAt > date }
        return read.sortedByAge
    }

    /// Returns the earliest expiry of an active or failed stack, from the first entries of the eight expiry partitions.
    package func nextExpiry() async throws -> Date? {
        try await forEachShard { shard in
            StackRecords(records: try await self.nextToExpire(inShard: shard).map { [$0] } ?? [])
        }.records.map(\.expiresAt).min()
    }

    /// Returns the first active or failed stack of a shard. Stacks in other states precede it only while they are created or removed, so a short page
    /// is enough.
    private func nextToExpire(inShard shard: Int) async throws -> StackRecord? {
        var page = Page(items: [], next: nil)
        repeat {
            page = try await self.page(of: Partition(ItemKey.expiries(shard: shard)), after: page.next, limit: 8)
            let expiring = try await records(named: page.items).records.filter(\.expires)
            if let first = expiring.min(by: { $0.expiresAt < $1.expiresAt }) { return first }
        } while page.next != nil
        return nil
    }

    /// Reads the rows that these items name; rows removed meanwhile are left out.
    private func records(named items: [DynamoDB.Item]) async throws -> StackRecords {
        var read = StackRecords()
        var ids: Set<StackID> = []
        for item in items {
            do { ids.insert(try ItemReader(item).value(Attribute.stackID) { StackID($0) }) } catch StoreError.unavailable(let reason) {
                read.unreadable.append(UnreadableRecord(id: nil, reason: reason))
            }
        }
        let rows = StackRecords(try await rows(ids.map(ItemKey.stack), consistentRead: consistentRead))
        read.records = rows.records
        read.unreadable += rows.unreadable
        return read
    }

    /// Reads the items with these keys, in as many requests as needed.
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

    /// The maximum number of keys in a BatchGetItem request.
    private static let batchSize = 100

    /// Queries all shards concurrently.
    private func forEachShard(_ body: @escaping @Sendable (Int) async throws -> StackRecords) async throws -> StackRecords {
        try await withThrowingTaskGroup(of: StackRecords.self) { group in
            for shard in ItemKey.stackShards {
                group.addTask { try await body(shard) }
            }
            return try await group.reduce(into: StackRecords()) { sum, part in
                sum.records += part.records
                sum.unreadable += part.unreadable
            }
        }
    }
}

extension StackRecords {
    /// Decodes rows one by one, so that an unreadable row does not hide the others.
    init(_ items: [DynamoDB.Item]) {
        self.init()
        for item in items {
            do { records.append(try StackRecord(item)) } catch StoreError.unreadable(let record) {
                unreadable.append(record)
            } catch {
                unreadable.append(UnreadableRecord(id: nil, reason: "\(error)"))
            }
        }
    }

    /// The records sorted by creation, then by id.
    fileprivate var sortedByAge: StackRecords {
        let sorted = records.sorted { ($0.createdAt, $0.id.description) < ($1.createdAt, $1.id.description) }
        return StackRecords(records: sorted, unreadable: unreadable)
    }
}
