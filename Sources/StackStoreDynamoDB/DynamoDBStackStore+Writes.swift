import DynamoDB
package import FoundationEssentials
package import Stacks

extension DynamoDBStackStore {
    /// Changes the port with one GetItem and one transaction, on condition that the owner still holds the reservation.
    package func changePort(of id: StackID, owner: String, from old: Int, to new: Int, at now: Date) async throws {
        try await contending { _ in
            guard let record = try await record(id), record.owner == owner, record.state == .reserved,
                let position = record.nodePorts.firstIndex(of: old)
            else { throw StoreError.lostReservation(id) }
            // A transaction may name an item only once, and this very stack already has the port.
            guard !record.nodePorts.contains(new) else { throw ReservationRefusal.portsTaken([new]) }
            do {
                try await transact(record.portChange(at: position, to: new, at: now, in: table))
                return .done(())
            } catch let error as Cancellation {
                if error.reasons == [nil, nil, .conditionFailed] { throw ReservationRefusal.portsTaken([new]) }
                return .again(orElse: Contended(what: "the change of the port of \(id)"))
            }
        }
    }

    /// Activates a reservation with one UpdateItem, on condition that the owner still holds it.
    package func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) async throws -> StackRecord {
        let change = Change(
            key: ItemKey.stack(id),
            condition: "#state = :reserved AND #owner = :owner",
            update: "SET #state = :active, node_id = :node, updated_at = :now",
            names: ["#state": Attribute.state, "#owner": Attribute.owner],
            values: [
                ":reserved": .s(StackRecord.State.reserved.rawValue),
                ":active": .s(StackRecord.State.active.rawValue),
                ":owner": .s(owner),
                ":node": .s(nodeID),
                ":now": .n(String(now.microseconds)),
            ]
        )
        switch try await make(change) {
        case .made(let item):
            return try StackRecord(item)
        case .refused(let item, let mayBeOurs):
            // An earlier attempt of this call took effect although its response was lost.
            let found = try item.map { try StackRecord($0) }
            guard mayBeOurs, let found, found.state == .active, found.owner == owner, found.nodeID == nodeID else {
                throw StoreError.lostReservation(id)
            }
            return found
        }
    }

    /// Marks a reservation or a deletion as failed with one GetItem and one transaction, on condition that it is unchanged since the read.
    package func fail(_ id: StackID, failure: StackFailure, expiresAt: Date, at now: Date) async throws {
        try await contending { _ in
            guard let record = try await record(id), record.state == .reserved || record.state == .deleting else { return .done(()) }
            var failed = record
            failed.fail(failure, expiresAt: expiresAt, at: now)
            do {
                try await transact(record.failing(as: failed, in: table))
                return .done(())
            } catch let error as Cancellation {
                try refuseForeignHolder(error, of: id, "change to failed")
                return .again(orElse: Contended(what: "the failure of \(id)"))
            }
        }
    }

    /// Marks a record with one UpdateItem, on condition that it is unchanged since `seen` if that is given.
    package func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) async throws -> StackRecord? {
        // These two states stay as they are.
        if let seen, seen.state == .deleting || seen.state == .failed {
            return try await record(id).flatMap { $0.isUnchanged(since: seen) ? $0 : nil }
        }
        var change = Change(
            key: ItemKey.stack(id),
            // A record in a state unknown to this version stays unchanged.
            condition: "#state = :reserved OR #state = :active",
            update: "SET #state = :deleting, updated_at = :now",
            names: ["#state": Attribute.state],
            values: [
                ":reserved": .s(StackRecord.State.reserved.rawValue), ":active": .s(StackRecord.State.active.rawValue),
                ":deleting": .s(StackRecord.State.deleting.rawValue), ":now": .n(String(now.microseconds)),
            ]
        )
        if let seen {
            change.values[":reserved"] = nil
            change.values[":active"] = nil
            change.condition = "#state = :state AND #owner = :owner AND updated_at = :seen"
            change.names["#owner"] = Attribute.owner
            change.values[":state"] = .s(seen.state.rawValue)
            change.values[":owner"] = .s(seen.owner)
            change.values[":seen"] = .n(String(seen.updatedAt.microseconds))
        }
        switch try await make(change) {
        case .made(let item):
            return try StackRecord(item)
        case .refused(nil, mayBeOurs: true):
            throw StoreError.unavailable(
                "table \(table): the answer to the mark of \(id) was lost, and there is no such stack now; whether the mark was the reason is not known"
            )
        case .refused(let item, let mayBeOurs):
            guard let found = try item.map({ try StackRecord($0) }), found.state == .deleting || found.state == .failed else { return nil }
            // An earlier attempt of this call, whose response was lost, may have written the mark.
            guard let seen else { return found }
            return mayBeOurs && found.state == .deleting && found.owner == seen.owner && found.updatedAt == now ? found : nil
        }
    }

    /// Removes a record and everything it holds with one GetItem and one transaction, on condition that it is marked as being deleted or
    /// failed.
    package func remove(_ id: StackID) async throws {
        try await contending { _ in
            guard let record = try await record(id), record.state == .deleting || record.state == .failed else { return .done(()) }
            do {
                try await transact(record.removal(in: record.state, in: table))
                return .done(())
            } catch let error as Cancellation {
                try refuseForeignHolder(error, of: id, "be removed")
                return .again(orElse: Contended(what: "the removal of \(id)"))
            }
        }
    }
}

extension DynamoDBStackStore {
    /// Throws if an item that a record should hold is another stack's. If the row itself has changed, the next read decides.
    private func refuseForeignHolder(_ error: Cancellation, of id: StackID, _ change: String) throws {
        guard error.reasons.dropFirst().contains(.conditionFailed), error.reasons.first != .conditionFailed else { return }
        throw StoreError.unavailable(
            "table \(table): \(id) cannot \(change): its lock, port or idempotency key is another stack's (\(error.reasons))"
        )
    }

    /// A conditional update of one item.
    struct Change {
        var key: DynamoDB.Item
        var condition: String
        var update: String
        var names: [String: String]
        var values: DynamoDB.Item
    }

    enum ChangeResult {
        /// The item after the update.
        case made(DynamoDB.Item)
        /// The condition is false.
        /// - Parameter mayBeOurs: true if an earlier attempt of this call, whose response was lost, may have changed the item.
        case refused(DynamoDB.Item?, mayBeOurs: Bool)
    }

    func make(_ change: Change) async throws -> ChangeResult {
        let input = DynamoDB.UpdateItemInput(
            conditionExpression: change.condition,
            expressionAttributeNames: change.names,
            expressionAttributeValues: change.values,
            key: change.key,
            returnValues: .allNew,
            returnValuesOnConditionCheckFailure: .allOld,
            tableName: table,
            updateExpression: change.update
        )
        return try await contention.run { _ in
            do {
                return .done(.made(try await writing { try await client.updateItem(input).attributes ?? [:] }))
            } catch let error as DynamoDBError where error.code == .conditionalCheckFailed {
                return .done(.refused(error.item, mayBeOurs: error.mayHaveTakenEffect))
            } catch let error as DynamoDBError where error.isTransactionConflict {
                return .again(orElse: unavailable(error))
            } catch let error as DynamoDBError {
                throw unavailable(error)
            }
        }
    }
}

extension StackRecord {
    /// Returns the transaction that exchanges one port: row, old port, new port.
    fileprivate func portChange(at position: Int, to nodePort: Int, at now: Date, in table: String) -> [DynamoDB.TransactWriteItem] {
        var changed = self
        changed.ports[position].nodePort = nodePort
        let isOnly = ports.count == 1
        let row = DynamoDB.Update(
            conditionExpression: "#state = :reserved AND #owner = :owner AND #ports = :old",
            expressionAttributeNames: [
                "#state": Attribute.state, "#owner": Attribute.owner, "#ports": isOnly ? Attribute.nodePort : Attribute.ports,
            ],
            expressionAttributeValues: [
                ":reserved": .s(State.reserved.rawValue),
                ":owner": .s(owner),
                ":old": isOnly ? .n(String(self.nodePort)) : portList,
                ":new": isOnly ? .n(String(nodePort)) : changed.portList,
                ":now": .n(String(now.microseconds)),
            ],
            key: ItemKey.stack(id),
            tableName: table,
            updateExpression: "SET #ports = :new, updated_at = :now"
        )
        let new = DynamoDB.Put(
            conditionExpression: "attribute_not_exists(pk)",
            item: ItemKey.port(nodePort).merging(holder) { key, _ in key },
            tableName: table
        )
        return [
            DynamoDB.TransactWriteItem(update: row), freeing(ItemKey.port(ports[position].nodePort), in: table),
            DynamoDB.TransactWriteItem(put: new),
        ]
    }
}
