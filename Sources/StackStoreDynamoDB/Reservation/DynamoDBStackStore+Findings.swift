import DynamoDB
import Stacks

extension DynamoDBStackStore {
    /// Reads the preconditions of a reservation. The capacity bound is read before the counters: see ``reserve(_:within:)``.
    func findings(for record: StackRecord) async throws -> Findings {
        let bound = ItemKey.capacityBound
        let keys = FoundItems.keys(for: record) + [bound]
        let found = FoundItems(try await rows(keys, consistentRead: true))
        let capacity = try CapacityBound(found[bound])
        return try Findings(of: record, found, capacity: capacity, reserved: try await totalReserved())
    }

    /// Returns the sum of all records' requests.
    func totalReserved() async throws -> ResourceAmount {
        let counters = try await items(in: Partition(ItemKey.capacity, condition: .before(ItemKey.endOfCounters)), consistentRead: true)
        return try counters.reduce(into: .zero) { sum, item in
            sum += try ItemReader(item).reserved
        }
    }
}

/// Items that may stand in the way of a reservation, by key.
struct FoundItems {
    private let items: [DynamoDB.Item: ItemReader]

    init(_ items: [DynamoDB.Item]) {
        self.items = Dictionary(items.map { (ItemReader($0).key, ItemReader($0)) }) { first, _ in first }
    }

    subscript(key: DynamoDB.Item) -> ItemReader? { items[key] }

    func holder(_ key: DynamoDB.Item) throws -> StackID? { try items[key]?.value(Attribute.stackID) { StackID($0) } }

    /// The keys of all items that may stand in the way, except the capacity bound and the counters.
    static func keys(for record: StackRecord) -> [DynamoDB.Item] {
        let row = record.state == .failed ? ItemKey.stack(record.id) : nil
        let lock = record.lock.map { ItemKey.lock(user: $0.userID, problem: $0.problemID) }
        let count = record.lock.map { ItemKey.count(user: $0.userID) }
        let key = record.idempotency.map { ItemKey.idempotency($0.key) }
        return [row, lock, count, key].compactMap(\.self) + record.nodePorts.map(ItemKey.port)
    }
}

extension Findings {
    init(of record: StackRecord, _ found: FoundItems, capacity: CapacityBound, reserved: ResourceAmount) throws {
        let portHolders = try record.nodePorts.map { try found.holder(ItemKey.port($0)) }
        let isRowWritten = record.state == .failed && found[ItemKey.stack(record.id)] != nil
        let keyHolder = try record.idempotency.flatMap { try found.holder(ItemKey.idempotency($0.key)) }
        let lockHolder = try record.lock.flatMap { try found.holder(ItemKey.lock(user: $0.userID, problem: $0.problemID)) }
        // A batch of reads may see a transaction that commits meanwhile in part.
        let isWritten = ([keyHolder, lockHolder] + portHolders).contains(record.id) || isRowWritten
        self.init(
            keyHolder: keyHolder,
            lockHolder: lockHolder,
            count: try record.lock.flatMap { try found[ItemKey.count(user: $0.userID)]?.integer(Attribute.stacks) } ?? 0,
            takenPorts: zip(record.nodePorts, portHolders).compactMap { $1 == nil ? nil : $0 },
            isWritten: isWritten,
            capacity: capacity,
            reserved: reserved
        )
    }

    /// Takes the reason of a refusal from the items that cancelled the transaction.
    /// - Returns: nil if they are not the whole reason: a port is taken, for which the budget must be read first, or there was a conflict.
    init?(of record: StackRecord, in cancellation: DynamoDBStackStore.Cancellation, within limits: ReservationLimits) throws {
        guard !cancellation.reasons.contains(.contended) else { return nil }
        try self.init(of: record, FoundItems(cancellation.items), capacity: CapacityBound(), reserved: .zero)
        guard keyHolder != record.id, lockHolder != record.id else { return nil }
        switch obstacle(to: record, within: limits) {
        case .keyUsed, .refused(.stackExists), .refused(.userLimitReached): return
        case .refused, nil: return nil
        }
    }
}
