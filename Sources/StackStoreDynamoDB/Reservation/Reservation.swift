import DynamoDB
import Stacks

/// The preconditions of a reservation, as read before the write.
struct Findings: Sendable, Equatable {
    var keyHolder: StackID?
    var lockHolder: StackID?
    var count = 0
    /// The record's ports that are held, in its order.
    var takenPorts: [Int] = []
    /// True if the record itself is in the table: an earlier attempt took effect although its response was lost.
    var isWritten = false
    /// The capacity bound, read before `reserved`.
    var capacity = CapacityBound()
    /// The sum of all records' requests.
    var reserved = ResourceAmount.zero

    enum Obstacle: Equatable {
        /// The response is the record of this stack.
        case keyUsed(by: StackID)
        case refused(ReservationRefusal)
    }

    /// Returns the first obstacle in the order of ``ReservationRefusal``.
    func obstacle(to record: StackRecord, within limits: ReservationLimits) -> Obstacle? {
        // A copy of a failed create: it holds nothing.
        if record.state == .failed { return nil }
        if let keyHolder { return .keyUsed(by: keyHolder) }
        if let lockHolder { return .refused(.stackExists(lockHolder)) }
        if record.lock != nil, count >= limits.stacksPerUser { return .refused(.userLimitReached(count: count)) }
        if let budget = limits.budget, !budget.covers(reserved + record.requested) { return .refused(.overBudget(reserved: reserved)) }
        if !takenPorts.isEmpty { return .refused(.portsTaken(takenPorts)) }
        return nil
    }
}

extension StackRecord {
    /// The attributes of a lock, port or idempotency key that name its holder.
    var holder: DynamoDB.Item {
        [Attribute.stackID: .s(id.description), Attribute.owner: .s(owner)]
    }

    /// The keys of the items that name this record as their holder.
    private var heldKeys: [DynamoDB.Item] {
        var keys = nodePorts.map(ItemKey.port)
        if let lock { keys.append(ItemKey.lock(user: lock.userID, problem: lock.problemID)) }
        if state == .failed, let userID { keys.append(ItemKey.failed(user: userID, id)) }
        if let key = idempotency?.key { keys.append(ItemKey.idempotency(key)) }
        return keys
    }

    /// The keys of the items that only this record may have.
    var claimedKeys: [DynamoDB.Item] { [ItemKey.stack(id)] + heldKeys }

    /// Returns the transaction that writes this record and everything it holds: with the capacity bound, which the caller adds, at most 30
    /// of the 100 items that DynamoDB allows.
    func reservation(stacksPerUser: Int, in table: String) -> [DynamoDB.TransactWriteItem] {
        claims(in: table) + countChange(by: 1, limit: stacksPerUser, in: table) + capacityChange(by: requested, in: table)
    }

    /// Returns the writes of the items with ``claimedKeys``, in their order.
    func claims(in table: String) -> [DynamoDB.TransactWriteItem] {
        let row = DynamoDB.Put(conditionExpression: "attribute_not_exists(pk)", item: item, tableName: table)
        return [DynamoDB.TransactWriteItem(put: row)] + heldKeys.map { holding($0, in: table) }
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
        return [DynamoDB.TransactWriteItem(delete: row)] + heldKeys.map { freeing($0, in: table) }
            + countChange(by: -1, in: table) + capacityChange(by: .zero - requested, in: table)
    }

    /// Returns the transaction that replaces this record by `failed` and frees everything that only this one holds: at most 30 items.
    func failing(as failed: StackRecord, in table: String) -> [DynamoDB.TransactWriteItem] {
        let row = DynamoDB.Put(
            conditionExpression: "#state = :state AND updated_at = :seen",
            expressionAttributeNames: ["#state": Attribute.state],
            expressionAttributeValues: [":state": .s(state.rawValue), ":seen": .n(String(updatedAt.microseconds))],
            item: failed.item,
            tableName: table
        )
        let (old, new) = (heldKeys, failed.heldKeys)
        return [DynamoDB.TransactWriteItem(put: row)] + old.filter { !new.contains($0) }.map { freeing($0, in: table) }
            + new.filter { !old.contains($0) }.map { failed.holding($0, in: table) }
            + countChange(by: -1, in: table) + capacityChange(by: .zero - requested, in: table)
    }

    /// Creates an item held by this stack.
    private func holding(_ key: DynamoDB.Item, in table: String) -> DynamoDB.TransactWriteItem {
        let item = key.merging(holder) { key, _ in key }
        let put = DynamoDB.Put(
            conditionExpression: "attribute_not_exists(pk)",
            item: item,
            returnValuesOnConditionCheckFailure: .allOld,
            tableName: table
        )
        return DynamoDB.TransactWriteItem(put: put)
    }

    /// Returns the change of the user's stack count; nothing for a record that counts for no user.
    /// - Parameter limit: a condition: the count is lower than this before the change; nil for none.
    func countChange(by difference: Int, limit: Int? = nil, in table: String) -> [DynamoDB.TransactWriteItem] {
        guard let lock else { return [] }
        var update = DynamoDB.Update(
            expressionAttributeValues: [":difference": .n(String(difference))],
            key: ItemKey.count(user: lock.userID),
            tableName: table,
            updateExpression: "ADD stacks :difference"
        )
        if let limit {
            update.conditionExpression = "attribute_not_exists(stacks) OR stacks < :limit"
            update.expressionAttributeValues?[":limit"] = .n(String(limit))
            update.returnValuesOnConditionCheckFailure = .allOld
        }
        return [DynamoDB.TransactWriteItem(update: update)]
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

    /// Returns the change of the capacity counter; nothing for a record that counts no resources.
    private func capacityChange(by amount: ResourceAmount, in table: String) -> [DynamoDB.TransactWriteItem] {
        guard state != .failed else { return [] }
        return [.addition(of: amount, to: ItemKey.capacity(id), in: table)]
    }
}

extension DynamoDB.TransactWriteItem {
    /// Returns the change of a capacity counter.
    static func addition(of amount: ResourceAmount, to counter: DynamoDB.Item, in table: String) -> Self {
        let update = DynamoDB.Update(
            expressionAttributeValues: [":cpu": .n(String(amount.cpuMilli)), ":memory": .n(String(amount.memoryBytes))],
            key: counter,
            tableName: table,
            updateExpression: "ADD cpu_milli :cpu, memory_bytes :memory"
        )
        return DynamoDB.TransactWriteItem(update: update)
    }
}
