import DynamoDB
package import FoundationEssentials
import Stacks

/// The lock that a copy of the table holds against replicas.
package struct CopyMark: Sendable, Equatable {
    /// The id of the copy.
    package var token: String
    /// The end of the lock, unless it is renewed.
    package var expiresAt: Date

    init(_ item: ItemReader) throws {
        token = try item.text(Attribute.token)
        let end: Int64 = try item.integer(Attribute.expiresAt)
        guard StackRecord.times.contains(end) else { throw item.unreadable("\(Attribute.expiresAt) is \(end)") }
        expiresAt = Date(microseconds: end)
    }
}

extension DynamoDBStackStore {
    /// Locks the table for a copy, unless another copy holds the lock. Check ``activeReplicas(at:)`` afterwards, not before.
    /// - Parameter token: unique to this copy.
    /// - Returns: the lock of another copy; nil if this copy's was written.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func beginCopy(_ token: String, at now: Date) async throws -> CopyMark? {
        try await putMark(token, at: now, if: "attribute_not_exists(pk) OR expires_at <= :now OR #token = :mine")
    }

    /// Extends the lock by ``heartbeatLifetime``. To be called every ``heartbeatInterval``.
    /// - Returns: false if the lock is gone or has expired: replicas may have started since.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func renewCopy(_ token: String, at now: Date) async throws -> Bool {
        do { return try await putMark(token, at: now, if: "#token = :mine AND expires_at > :now") == nil } catch is MarkGone {
            return false
        }
    }

    /// Removes the lock if this copy still holds it.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func endCopy(_ token: String) async throws {
        let input = DynamoDB.DeleteItemInput(
            conditionExpression: "#token = :mine",
            expressionAttributeNames: ["#token": Attribute.token],
            expressionAttributeValues: [":mine": .s(token)],
            key: ItemKey.copy,
            tableName: table
        )
        try await translating {
            do { _ = try await client.deleteItem(input) } catch let error as DynamoDBError where error.code == .conditionalCheckFailed {
                // The lock is another copy's, or gone.
            }
        }
    }

    private struct MarkGone: Error {}

    /// Writes the lock on a condition.
    /// - Returns: the conflicting lock; nil if this one was written.
    private func putMark(_ token: String, at now: Date, if condition: String) async throws -> CopyMark? {
        var item = withExpiry(ItemKey.copy, at: now)
        item[Attribute.token] = .s(token)
        let input = DynamoDB.PutItemInput(
            conditionExpression: condition,
            expressionAttributeNames: ["#token": Attribute.token],
            expressionAttributeValues: [":now": .n(String(now.microseconds)), ":mine": .s(token)],
            item: item,
            returnValuesOnConditionCheckFailure: .allOld,
            tableName: table
        )
        return try await translating {
            do {
                _ = try await client.putItem(input)
                return nil
            } catch let error as DynamoDBError where error.code == .conditionalCheckFailed {
                guard let item = error.item else { throw MarkGone() }
                return try CopyMark(ItemReader(item))
            }
        }
    }
}
