import DynamoDB
package import FoundationEssentials
package import Stacks

extension DynamoDBStackStore {
    /// Marks the stacks one by one, a few at once: a transaction has room for a hundred items only.
    package func beginDelete(of owner: OwnerFilter, inNamespace namespace: String, at now: Date) async throws -> [StackID] {
        let records = StackRecords(try await rows(of: owner)).records
        let ids = records.filter { owner.matches($0) && $0.namespace == namespace && $0.isLive }.map(\.id)
        return try await withThrowingTaskGroup(of: StackID?.self) { group in
            var remaining = ids.makeIterator()
            var marked: [StackID] = []
            func startNext() {
                guard let id = remaining.next() else { return }
                group.addTask { try await self.beginDelete(id, ifUnchanged: nil, at: now).map(\.id) }
            }
            for _ in 0..<Self.marksAtOnce { startNext() }
            for try await id in group {
                if let id { marked.append(id) }
                startNext()
            }
            return marked
        }
    }

    private static let marksAtOnce = 16

    /// Reads, strongly consistent, at least the rows of an owner: those of a user by the user's locks, else all.
    private func rows(of owner: OwnerFilter) async throws -> [DynamoDB.Item] {
        if let userID = owner.userID {
            let locks = try await items(in: Partition(ItemKey.user(userID)), consistentRead: true)
            let ids = Set(locks.compactMap { ItemReader($0).optionalText(Attribute.stackID).flatMap { StackID($0) } })
            return try await rows(ids.map(ItemKey.stack), consistentRead: true)
        }
        return try await withThrowingTaskGroup(of: [DynamoDB.Item].self) { group in
            for shard in ItemKey.stackShards {
                group.addTask { try await self.items(in: Partition(ItemKey.stacks(shard: shard)), consistentRead: true) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
