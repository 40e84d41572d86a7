import DynamoDB
package import FoundationEssentials
package import Stacks

extension DynamoDBStackStore {
    /// Changes the expiry in the row and moves its index entry, in one transaction, on condition that the record is unchanged since `seen`.
    package func renew(_ id: StackID, to expiresAt: Date, ifUnchanged seen: StackRecord, at now: Date) async throws -> StackRecord? {
        guard id == seen.id, seen.isLive else { return nil }
        var renewed = seen
        (renewed.expiresAt, renewed.updatedAt) = (Date(microseconds: expiresAt.microseconds), Date(microseconds: now.microseconds))
        return try await contending { [renewed] _ in
            do {
                try await transact(seen.renewal(to: renewed, in: table))
                return .done(renewed)
            } catch let error as Cancellation {
                guard error.reasons.first == .conditionFailed else { return .again(orElse: Contended(what: "the renewal of \(id)")) }
                // An earlier attempt of this call, whose response was lost, may have taken effect.
                guard let found = try await record(id), found == renewed else { return .done(nil) }
                return .done(found)
            }
        }
    }
}

extension StackRecord {
    /// Returns the transaction that changes this record's expiry: row, old index entry, new index entry.
    fileprivate func renewal(to renewed: StackRecord, in table: String) -> [DynamoDB.TransactWriteItem] {
        let row = DynamoDB.Update(
            conditionExpression: "#state = :state AND #owner = :owner AND updated_at = :seen AND expires_at = :old",
            expressionAttributeNames: ["#state": Attribute.state, "#owner": Attribute.owner],
            expressionAttributeValues: [
                ":state": .s(state.rawValue), ":owner": .s(owner), ":seen": .n(String(updatedAt.microseconds)),
                ":old": .n(String(expiresAt.microseconds)), ":new": .n(String(renewed.expiresAt.microseconds)),
                ":now": .n(String(renewed.updatedAt.microseconds)),
            ],
            key: ItemKey.stack(id),
            tableName: table,
            updateExpression: "SET expires_at = :new, updated_at = :now"
        )
        let (old, new) = (ItemKey.expiry(self), ItemKey.expiry(renewed))
        // A transaction may name an item only once.
        guard old != new else { return [DynamoDB.TransactWriteItem(update: row)] }
        let entry = DynamoDB.Put(
            conditionExpression: "attribute_not_exists(stack_id) OR stack_id = :id",
            expressionAttributeValues: [":id": .s(id.description)],
            item: new.merging(holder) { key, _ in key },
            tableName: table
        )
        return [DynamoDB.TransactWriteItem(update: row), freeing(old, in: table), DynamoDB.TransactWriteItem(put: entry)]
    }
}
