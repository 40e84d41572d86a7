import DynamoDB
public import Stacks

extension DynamoDBStackStore {
    /// Reads what stands in the way, then writes everything in one transaction under the same conditions. If those fail, someone was
    /// faster, and reading again tells the reason.
    ///
    /// The budget needs one step more. No item could hold the sum of all requests without being written by every create, so the sum
    /// is spread over counters, and a condition can only be put on one of them. Therefore the sum is read once more after the
    /// transaction, and a reservation that finds it over the budget takes itself back. Of all reservations that stand, the one that
    /// was written last has read its sum after all others were written, and found it within the budget: the budget is never
    /// exceeded by reservations that this method has confirmed. Two that meet at the edge may both give way; each tries again.
    public func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        var hasYielded = false
        try await contention.run { failures in
            let findings = try await findings(for: record)
            // Ours: an earlier attempt was written although the answer to it was lost.
            if failures > 0, findings.lockHolder == record.id { return try await confirm(record, within: limits, &hasYielded) }
            switch findings.obstacle(to: record, within: limits) {
            case .keyUsed(let id):
                guard let earlier = try await self.record(id) else { return .again(orElse: contended("the reservation of \(record.id)")) }
                throw ReservationRefusal.keyUsed(earlier)
            case .refused(let refusal):
                guard case .overBudget(let reserved) = refusal, failures < Self.budgetLooks else { throw refusal }
                // Some of what is over the budget may be about to be taken back.
                guard hasYielded || limits.budget?.covers(reserved) == false else { throw refusal }
                return .again(orElse: refusal)
            case nil:
                do { try await transact(record.reservation(stacksPerUser: limits.stacksPerUser, in: table)) } catch is Cancellation {
                    return .again(orElse: contended("the reservation of \(record.id)"))
                }
                return try await confirm(record, within: limits, &hasYielded)
            }
        }
    }

    /// How often a create at the edge of the budget looks whether others have given way.
    private static let budgetLooks = 5

    /// The second look at the budget.
    private func confirm(
        _ record: StackRecord,
        within limits: ReservationLimits,
        _ hasYielded: inout Bool
    ) async throws -> Contention.Outcome<Void> {
        guard let budget = limits.budget else { return .done(()) }
        let reserved = try await totalReserved()
        if budget.covers(reserved) { return .done(()) }
        let refusal = ReservationRefusal.overBudget(reserved: reserved - record.requested)
        guard try await takeBack(record) else { throw refusal }
        hasYielded = true
        return .again(orElse: refusal)
    }

    /// Removes a reservation that is not confirmed.
    /// - Returns: false when someone has marked it as being deleted meanwhile: then it is theirs to remove.
    private func takeBack(_ record: StackRecord) async throws -> Bool {
        try await contention.run { _ in
            do {
                try await transact(record.removal(in: .reserved, ownedBy: record.owner, in: table))
                return .done(true)
            } catch let error as Cancellation {
                return error.reasons.first == .conditionFailed ? .done(false) : .again(orElse: contended("taking back \(record.id)"))
            }
        }
    }

    private func findings(for record: StackRecord) async throws -> Findings {
        async let reserved = totalReserved()
        let lock = ItemKey.lock(user: record.userID, problem: record.problemID)
        let count = ItemKey.count(user: record.userID)
        let port = ItemKey.port(record.nodePort)
        let key = record.idempotency.map { ItemKey.idempotency($0.key) }
        var found: [DynamoDB.Item: ItemReader] = [:]
        for item in try await rows([lock, count, port] + (key.map { [$0] } ?? []), consistentRead: true) {
            found[item.filter { $0.key == Attribute.partitionKey || $0.key == Attribute.sortKey }] = ItemReader(item)
        }
        func holder(_ key: DynamoDB.Item) throws -> StackID? { try found[key]?.value(Attribute.stackID) { StackID($0) } }
        return Findings(
            keyHolder: try key.flatMap(holder),
            lockHolder: try holder(lock),
            count: try found[count]?.integer(Attribute.stacks) ?? 0,
            portHolder: try holder(port),
            reserved: try await reserved
        )
    }

    /// What all records request together.
    func totalReserved() async throws -> ResourceAmount {
        try await items(in: Partition(ItemKey.capacity), consistentRead: true).reduce(into: .zero) { sum, item in
            let counter = ItemReader(item)
            sum += ResourceAmount(
                cpuMilli: try counter.integer(Attribute.cpuMilli),
                memoryBytes: try counter.integer(Attribute.memoryBytes)
            )
        }
    }
}
