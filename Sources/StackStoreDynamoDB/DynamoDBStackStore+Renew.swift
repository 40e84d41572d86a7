import DynamoDB
package import FoundationEssentials
package import Stacks

extension DynamoDBStackStore {
    /// Changes the expiry with one UpdateItem, on condition that the record is unchanged since `seen`.
    package func renew(_ id: StackID, to expiresAt: Date, ifUnchanged seen: StackRecord, at now: Date) async throws -> StackRecord? {
        guard id == seen.id, seen.isLive else { return nil }
        let change = Change(
            key: ItemKey.stack(id),
            condition: "#state = :state AND #owner = :owner AND updated_at = :seen AND expires_at = :old",
            update: "SET expires_at = :new, updated_at = :now",
            names: ["#state": Attribute.state, "#owner": Attribute.owner],
            values: [
                ":state": .s(seen.state.rawValue), ":owner": .s(seen.owner), ":seen": .n(String(seen.updatedAt.microseconds)),
                ":old": .n(String(seen.expiresAt.microseconds)), ":new": .n(String(expiresAt.microseconds)),
                ":now": .n(String(now.microseconds)),
            ]
        )
        switch try await make(change) {
        case .made(let item):
            return try StackRecord(item)
        case .refused(let item, let mayBeOurs):
            var renewed = seen
            (renewed.expiresAt, renewed.updatedAt) = (Date(microseconds: expiresAt.microseconds), Date(microseconds: now.microseconds))
            // An earlier attempt of this call, whose response was lost, may have taken effect.
            guard mayBeOurs, let found = try item.map({ try StackRecord($0) }), found == renewed else { return nil }
            return found
        }
    }
}
