import DynamoDB
import FoundationEssentials
import Stacks

extension DynamoDBStackStore {
    /// Compares the counters with the rows, for the price of two lists.
    ///
    /// A concurrent create or delete would look like a difference. The rows are therefore read before and after the counters, and compared
    /// only if both reads agree. A stack that exists only between the reads can cause one false difference, but not two in a row.
    /// - Parameter users: users to check besides those that have stacks.
    /// - Returns: nil if the table changed meanwhile, or a row is unreadable.
    /// - Throws: ``StoreError``.
    package func counterDiscrepancies(users: Set<Int64> = []) async throws -> [Discrepancy]? {
        let before = try await readRows()
        guard before.unreadable.isEmpty else { return nil }
        let counts = try await counts(of: Set(before.records.compactMap(\.userID)).union(users))
        let counters = try await counters()
        let after = try await readRows()
        // A failed record no longer counts, so it has to be in the same state both times.
        func counting(_ read: StackRecords) -> Set<StackID> { Set(read.records.filter { $0.state != .failed }.map(\.id)) }
        guard counting(before) == counting(after) else { return nil }
        return Books(before.records).discrepancies(counts: counts, counters: counters)
    }

    private func readRows() async throws -> StackRecords {
        var read = StackRecords()
        for shard in ItemKey.stackShards {
            let part = StackRecords(try await items(in: Partition(ItemKey.stacks(shard: shard)), consistentRead: true))
            read.records += part.records
            read.unreadable += part.unreadable
        }
        return read
    }

    private func counts(of users: Set<Int64>) async throws -> [Int64: Int64] {
        let keys = Dictionary(users.map { (ItemKey.count(user: $0), $0) }) { first, _ in first }
        var counts: [Int64: Int64] = [:]
        for item in try await rows(Array(keys.keys), consistentRead: true) {
            let reader = ItemReader(item)
            if let user = keys[reader.key] { counts[user] = try reader.integer(Attribute.stacks) }
        }
        return counts
    }

    private func counters() async throws -> [String: ResourceAmount] {
        let partition = Partition(ItemKey.capacity, condition: .before(ItemKey.endOfCounters))
        var counters: [String: ResourceAmount] = [:]
        for item in try await items(in: partition, consistentRead: true) {
            let reader = ItemReader(item)
            counters[try reader.text(Attribute.sortKey)] = try reader.reserved
        }
        return counters
    }

    /// Repairs one discrepancy.
    /// - Returns: false if the item has changed since the comparison.
    func repair(_ discrepancy: Discrepancy) async throws -> Bool {
        switch discrepancy {
        case .dangling(let pk, let sk, let holder):
            return try await remove(pk: pk, sk: sk, heldBy: holder)
        case .count(let user, let found, let expected):
            return try await set(ItemKey.count(user: user), [(Attribute.stacks, found, expected)])
        case .counter(let name, let found, let expected):
            let key: DynamoDB.Item = [Attribute.partitionKey: .s(ItemKey.capacity), Attribute.sortKey: .s(name)]
            return try await set(
                key,
                [
                    (Attribute.cpuMilli, found.cpuMilli, expected.cpuMilli),
                    (Attribute.memoryBytes, found.memoryBytes, expected.memoryBytes),
                ],
                and: [endOfCapacityBound]
            )
        case .obsolete(let pk, let sk):
            let key: DynamoDB.Item = [Attribute.partitionKey: .s(pk), Attribute.sortKey: .s(sk)]
            _ = try await translating {
                try await writing { try await client.deleteItem(DynamoDB.DeleteItemInput(key: key, tableName: table)) }
            }
            return true
        case .unreadable, .predecessor:
            return false
        }
    }

    /// Removes an item if its holder has no row. Safe, since a reservation writes both in one transaction.
    private func remove(pk: String, sk: String, heldBy holder: StackID) async throws -> Bool {
        let row = DynamoDB.ConditionCheck(
            conditionExpression: "attribute_not_exists(pk)",
            key: ItemKey.stack(holder),
            tableName: table
        )
        let item = DynamoDB.Delete(
            conditionExpression: "stack_id = :id",
            expressionAttributeValues: [":id": .s(holder.description)],
            key: [Attribute.partitionKey: .s(pk), Attribute.sortKey: .s(sk)],
            tableName: table
        )
        do {
            try await transact([DynamoDB.TransactWriteItem(conditionCheck: row), DynamoDB.TransactWriteItem(delete: item)])
            return true
        } catch is Cancellation {
            return false
        }
    }

    /// Sets counters that still have the compared values. Every transaction changes counters and rows by the same amount, so a counter that
    /// returned to its old value is still wrong by the same difference.
    private func set(
        _ key: DynamoDB.Item,
        _ numbers: [(name: String, found: Int64, expected: Int64)],
        and others: [DynamoDB.TransactWriteItem] = []
    ) async throws -> Bool {
        var values: DynamoDB.Item = [:]
        var conditions: [String] = []
        for (name, found, expected) in numbers {
            values[":\(name)_found"] = .n(String(found))
            values[":\(name)"] = .n(String(expected))
            conditions.append(found == 0 ? "(attribute_not_exists(\(name)) OR \(name) = :\(name)_found)" : "\(name) = :\(name)_found")
        }
        let update = DynamoDB.Update(
            conditionExpression: conditions.joined(separator: " AND "),
            expressionAttributeValues: values,
            key: key,
            tableName: table,
            updateExpression: "SET " + numbers.map { "\($0.name) = :\($0.name)" }.joined(separator: ", ")
        )
        do {
            try await transact([DynamoDB.TransactWriteItem(update: update)] + others)
            return true
        } catch is Cancellation {
            return false
        }
    }

    /// Makes the next reservation set the capacity bound anew: the sum of the counters is another than it was.
    private var endOfCapacityBound: DynamoDB.TransactWriteItem {
        DynamoDB.TransactWriteItem(
            update: DynamoDB.Update(
                expressionAttributeValues: [":one": .n("1")],
                key: ItemKey.capacityBound,
                tableName: table,
                updateExpression: "REMOVE bound_version ADD version :one"
            )
        )
    }
}

extension ItemReader {
    /// The amounts in a capacity counter.
    var reserved: ResourceAmount {
        get throws { ResourceAmount(cpuMilli: try integer(Attribute.cpuMilli), memoryBytes: try integer(Attribute.memoryBytes)) }
    }
}
