import DynamoDB
import Stacks

/// The preconditions of a reservation, as read before the write.
struct Findings: Sendable, Equatable {
    var keyHolder: StackID?
    var lockHolder: StackID?
    var count = 0
    var portHolder: StackID?
    /// The capacity version, which counts the reservations made at low headroom; nil before the first. Read before `reserved`.
    var gate: Int64?
    /// The sum of all records' requests.
    var reserved = ResourceAmount.zero

    enum Obstacle: Equatable {
        /// The response is the record of this stack.
        case keyUsed(by: StackID)
        case refused(ReservationRefusal)
    }

    /// Returns the first obstacle in the order of ``ReservationRefusal``.
    func obstacle(to record: StackRecord, within limits: ReservationLimits) -> Obstacle? {
        if let keyHolder { return .keyUsed(by: keyHolder) }
        if let lockHolder { return .refused(.stackExists(lockHolder)) }
        if count >= limits.stacksPerUser { return .refused(.userLimitReached(count: count)) }
        if let budget = limits.budget, !budget.covers(reserved + record.requested) { return .refused(.overBudget(reserved: reserved)) }
        if portHolder != nil { return .refused(.portTaken) }
        return nil
    }

    /// Returns true at low headroom, where reservations must be serialized.
    func isAtEdge(of budget: ResourceAmount?, for record: StackRecord) -> Bool {
        guard let budget else { return false }
        let (cpuMilli, isTooMuchCPU) = record.requestedCPUMilli.multipliedReportingOverflow(by: Self.spaciousCount)
        let (memoryBytes, isTooMuchMemory) = record.requestedMemoryBytes.multipliedReportingOverflow(by: Self.spaciousCount)
        guard !isTooMuchCPU, !isTooMuchMemory else { return true }
        return !budget.covers(reserved + ResourceAmount(cpuMilli: cpuMilli, memoryBytes: memoryBytes))
    }

    /// The headroom, in stacks of the same size, from which concurrent reservations are assumed to fit together.
    private static let spaciousCount: Int64 = 100
}

extension StackRecord {
    /// The attributes of a lock, port or idempotency key that name its holder.
    var holder: DynamoDB.Item {
        [Attribute.stackID: .s(id.description), Attribute.owner: .s(owner)]
    }

    /// Returns the transaction that writes this record and everything it holds: at most eight items.
    func reservation(stacksPerUser: Int, in table: String) -> [DynamoDB.TransactWriteItem] {
        func put(_ item: DynamoDB.Item) -> DynamoDB.TransactWriteItem {
            DynamoDB.TransactWriteItem(
                put: DynamoDB.Put(conditionExpression: "attribute_not_exists(pk)", item: item, tableName: table)
            )
        }
        func held(_ key: DynamoDB.Item) -> DynamoDB.TransactWriteItem { put(key.merging(holder) { key, _ in key }) }

        let count = DynamoDB.Update(
            conditionExpression: "attribute_not_exists(stacks) OR stacks < :limit",
            expressionAttributeValues: [":one": .n("1"), ":limit": .n(String(stacksPerUser))],
            key: ItemKey.count(user: userID),
            tableName: table,
            updateExpression: "ADD stacks :one"
        )
        return [
            put(item),
            held(ItemKey.lock(user: userID, problem: problemID)),
            DynamoDB.TransactWriteItem(update: count),
            held(ItemKey.port(nodePort)),
            held(ItemKey.expiry(self)),
            DynamoDB.TransactWriteItem(update: capacityChange(by: requested, in: table)),
        ] + (idempotency.map { [held(ItemKey.idempotency($0.key))] } ?? [])
    }

    /// Returns the transaction that removes this record and frees everything it holds.
    /// - Parameter owner: a condition on the record's owner; nil for none.
    func removal(in state: State, ownedBy owner: String? = nil, in table: String) -> [DynamoDB.TransactWriteItem] {
        var row = DynamoDB.Delete(
            conditionExpression: "#state = :state",
            expressionAttributeNames: ["#state": Attribute.state],
            expressionAttributeValues: [":state": .s(state.rawValue)],
            key: ItemKey.stack(id),
            tableName: table
        )
        if let owner {
            row.conditionExpression = "#state = :state AND #owner = :owner"
            row.expressionAttributeNames?["#owner"] = Attribute.owner
            row.expressionAttributeValues?[":owner"] = .s(owner)
        }
        let count = DynamoDB.Update(
            expressionAttributeValues: [":minus": .n("-1")],
            key: ItemKey.count(user: userID),
            tableName: table,
            updateExpression: "ADD stacks :minus"
        )
        return [
            DynamoDB.TransactWriteItem(delete: row),
            freeing(ItemKey.lock(user: userID, problem: problemID), in: table),
            DynamoDB.TransactWriteItem(update: count),
            freeing(ItemKey.port(nodePort), in: table),
            freeing(ItemKey.expiry(self), in: table),
            DynamoDB.TransactWriteItem(update: capacityChange(by: .zero - requested, in: table)),
        ] + (idempotency.map { [freeing(ItemKey.idempotency($0.key), in: table)] } ?? [])
    }

    /// Deletes an item held by this stack. An item that was deleted by hand is no error; an item held by another stack is never touched.
    func freeing(_ key: DynamoDB.Item, in table: String) -> DynamoDB.TransactWriteItem {
        DynamoDB.TransactWriteItem(
            delete: DynamoDB.Delete(
                conditionExpression: "attribute_not_exists(stack_id) OR stack_id = :id",
                expressionAttributeValues: [":id": .s(id.description)],
                key: key,
                tableName: table
            )
        )
    }

    /// Returns the write that increments the capacity version, on condition that it is still `gate`.
    static func passage(of gate: Int64?, in table: String) -> DynamoDB.TransactWriteItem {
        var update = DynamoDB.Update(
            conditionExpression: "attribute_not_exists(version)",
            expressionAttributeValues: [":next": .n(String((gate ?? 0) &+ 1))],
            key: ItemKey.gate,
            tableName: table,
            updateExpression: "SET version = :next"
        )
        if let gate {
            update.conditionExpression = "version = :seen"
            update.expressionAttributeValues?[":seen"] = .n(String(gate))
        }
        return DynamoDB.TransactWriteItem(update: update)
    }

    private func capacityChange(by amount: ResourceAmount, in table: String) -> DynamoDB.Update {
        DynamoDB.Update(
            expressionAttributeValues: [":cpu": .n(String(amount.cpuMilli)), ":memory": .n(String(amount.memoryBytes))],
            key: ItemKey.capacity(id),
            tableName: table,
            updateExpression: "ADD cpu_milli :cpu, memory_bytes :memory"
        )
    }
}
