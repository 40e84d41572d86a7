import DynamoDB
package import FoundationEssentials
import Stacks

/// Says that the table is being copied, and that no replica may be at work on it.
package struct CopyMark: Sendable, Equatable {
    /// The copy whose mark it is.
    package var token: String
    /// When it ends by itself, unless it is renewed.
    package var expiresAt: Date

    init(_ item: ItemReader) throws {
        token = try item.text(Attribute.token)
        let end: Int64 = try item.integer(Attribute.expiresAt)
        guard StackRecord.times.contains(end) else { throw item.unreadable("\(Attribute.expiresAt) is \(end)") }
        expiresAt = Date(microseconds: end)
    }
}

extension DynamoDBStackStore {
    /// Marks the table as being copied, unless another copy is under way. Look for ``activeReplicas(at:)`` afterwards, not before.
    /// - Parameter token: of this copy alone.
    /// - Returns: the mark of another copy; nil when this one's was written.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func beginCopy(_ token: String, at now: Date) async throws -> CopyMark? {
        try await putMark(token, at: now, if: "attribute_not_exists(pk) OR expires_at <= :now OR #token = :mine")
    }

    /// Marks the table for another ``heartbeatLifetime``. To be repeated every ``heartbeatInterval``.
    /// - Returns: false when the mark is no longer there or has ended: replicas may have begun since.
    /// - Throws: ``StoreError/unavailable(_:)``.
    package func renewCopy(_ token: String, at now: Date) async throws -> Bool {
        do { return try await putMark(token, at: now, if: "#token = :mine AND expires_at > :now") == nil } catch is MarkGone {
            return false
        }
    }

    /// Takes the mark away, if it is still this copy's.
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
                // It is another's, or gone.
            }
        }
    }

    private struct MarkGone: Error {}

    /// - Returns: the mark in the way; nil when this one was written.
    private func putMark(_ token: String, at now: Date, if condition: String) async throws -> CopyMark? {
        var item = sign(ItemKey.copy, at: now)
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
