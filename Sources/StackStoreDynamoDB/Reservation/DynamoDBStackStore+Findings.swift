import DynamoDB
import Stacks

extension DynamoDBStackStore {
    /// Reads the preconditions of a reservation. The capacity version is read before the counters: see ``reserve(_:within:)``.
    func findings(for record: StackRecord) async throws -> Findings {
        let row = record.state == .failed ? ItemKey.stack(record.id) : nil
        let lock = record.lock.map { ItemKey.lock(user: $0.userID, problem: $0.problemID) }
        let count = record.lock.map { ItemKey.count(user: $0.userID) }
        let key = record.idempotency.map { ItemKey.idempotency($0.key) }
        let keys = [row, lock, count, ItemKey.capacityVersion, key].compactMap(\.self) + record.nodePorts.map(ItemKey.port)
        var found: [DynamoDB.Item: ItemReader] = [:]
        for item in try await rows(keys, consistentRead: true) {
            let reader = ItemReader(item)
            found[reader.key] = reader
        }
        func holder(_ key: DynamoDB.Item) throws -> StackID? { try found[key]?.value(Attribute.stackID) { StackID($0) } }
        let portHolders = try record.nodePorts.map { try holder(ItemKey.port($0)) }
        return Findings(
            keyHolder: try key.flatMap(holder),
            lockHolder: try lock.flatMap(holder),
            count: try count.flatMap { try found[$0]?.integer(Attribute.stacks) } ?? 0,
            takenPorts: zip(record.nodePorts, portHolders).compactMap { $1 == nil ? nil : $0 },
            isWritten: portHolders.contains(record.id) || row.map { found[$0] != nil } ?? false,
            capacityVersion: try found[ItemKey.capacityVersion]?.integer(Attribute.version),
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
