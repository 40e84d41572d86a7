import DynamoDB
package import Stacks

extension DynamoDBStackStore {
    package func obstacle(to record: StackRecord, within limits: ReservationLimits) async throws -> ReservationRefusal? {
        switch try await findings(for: record).obstacle(to: record, within: limits) {
        case .refused(let refusal): return refusal
        // The key's stack may have been removed since; then the caller may retry.
        case .keyUsed(let id): return try await self.record(id).map { .keyUsed($0) } ?? .stackExists(id)
        case nil: return nil
        }
    }

    package func record(idempotencyKey key: String) async throws -> StackRecord? {
        guard let item = try await rows([ItemKey.idempotency(key)], consistentRead: true).first else { return nil }
        return try await record(ItemReader(item).value(Attribute.stackID) { StackID($0) })
    }
}
