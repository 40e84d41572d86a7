import DynamoDB
import Stacks

extension DynamoDBStackStore {
    /// Reads the preconditions of a reservation. The capacity version (`gate`) is read before the counters: see ``reserve(_:within:)``.
    func findings(for record: StackRecord) async throws -> Findings {
        let lock = ItemKey.lock(user: record.userID, problem: record.problemID)
        let count = ItemKey.count(user: record.userID)
        let port = ItemKey.port(record.nodePort)
        let key = record.idempotency.map { ItemKey.idempotency($0.key) }
        var found: [DynamoDB.Item: ItemReader] = [:]
        for item in try await rows([lock, count, port, ItemKey.gate] + (key.map { [$0] } ?? []), consistentRead: true) {
            let reader = ItemReader(item)
            found[reader.key] = reader
        }
        func holder(_ key: DynamoDB.Item) throws -> StackID? { try found[key]?.value(Attribute.stackID) { StackID($0) } }
        return Findings(
            keyHolder: try key.flatMap(holder),
            lockHolder: try holder(lock),
            count: try found[count]?.integer(Attribute.stacks) ?? 0,
            portHolder: try holder(port),
            gate: try found[ItemKey.gate]?.integer(Attribute.version),
            reserved: try await totalReserved()
        )
    }

    /// Returns the sum of all records' requests.
    func totalReserved() async throws -> ResourceAmount {
        let counters = try await items(in: Partition(ItemKey.capacity, condition: .before(ItemKey.endOfCounters)), consistentRead: true)
        return try counters.reduce(into: .zero) { sum, item in
            sum += try ItemReader(item).reserved
        }
    }
}
