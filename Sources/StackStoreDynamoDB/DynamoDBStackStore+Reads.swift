import DynamoDB
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
        let sorted = records.sorted { StackCursor($0) < StackCursor($1) }
        return StackRecords(records: sorted, unreadable: unreadable)
    }
}
