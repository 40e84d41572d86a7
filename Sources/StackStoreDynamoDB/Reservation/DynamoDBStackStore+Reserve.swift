import DynamoDB
package import Stacks

extension DynamoDBStackStore {
    /// Writes a reservation in one transaction, on the conditions read before. If they fail, another request was faster, and a new read
    /// tells the reason.
    ///
    /// Invariant: the sum of all confirmed reservations is at most the budget.
    ///
    /// The sum is spread over counters, because every create would have to write a single item with the sum. No transaction can have a
    /// condition on a sum over items, so the invariant is kept in three steps:
    ///
    /// 1. With ample headroom, reservations run concurrently without a condition on the sum.
    /// 2. At low headroom (`hasLowHeadroom`), reservations are serialized by the capacity version. Each reads the version before the
    ///    counters and changes it in its transaction, so the sum can only have become smaller since the read.
    /// 3. Many reservations that start with ample headroom may together exceed the budget. Each therefore reads the sum again after its
    ///    transaction, and if it exceeds the budget, rolls back and tries again.
    ///
    /// Of all confirmed reservations, the one written last has read its sum after all others were written, and the sum was within the
    /// budget.
    package func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        var attempt = Attempt(record: record, limits: limits)
        try await contending { failures in
            attempt.failures = failures
            if let outcome = try await make(&attempt, isInTurn: false) { return outcome }
            // Stays in the serialized section across conflicts with other replicas: after queueing again it would meet the same conflicts.
            return try await turns.withTurn {
                let value: Void = try await contention.run { conflicts in
                    attempt.failures = failures + conflicts
                    return try await make(&attempt, isInTurn: true) ?? .again(orElse: contended(record))
                }
                return .done(value)
            }
        }
    }

    /// The progress of a reservation.
    private struct Attempt {
        let record: StackRecord
        let limits: ReservationLimits
        var failures = 0
        /// True once it was written and rolled back.
        var wasRolledBack = false
    }

    /// Makes one attempt at the reservation.
    /// - Parameter isInTurn: true inside the serialized section of this process.
    /// - Returns: nil if the attempt needs the serialized section.
    private func make(_ attempt: inout Attempt, isInTurn: Bool) async throws -> Contention.Outcome<Void>? {
        let record = attempt.record
        let findings = try await findings(for: record)
        // The reservation was written, but its response was lost.
        if attempt.failures > 0, findings.isWritten { return try await confirm(&attempt) }
        if let obstacle = findings.obstacle(to: record, within: attempt.limits) { return try await refuse(attempt, because: obstacle) }
        var transaction = record.reservation(stacksPerUser: attempt.limits.stacksPerUser, in: table)
        if findings.hasLowHeadroom(of: attempt.limits.budget, for: record) {
            guard isInTurn else { return nil }
            transaction.append(StackRecord.capacityVersionUpdate(of: findings.capacityVersion, in: table))
        }
        do { try await transact(transaction) } catch is Cancellation { return .again(orElse: contended(record)) }
        return try await confirm(&attempt)
    }

    private func refuse(_ attempt: Attempt, because obstacle: Findings.Obstacle) async throws -> Contention.Outcome<Void> {
        switch obstacle {
        case .keyUsed(let id):
            guard let earlier = try await record(id) else { return .again(orElse: contended(attempt.record)) }
            throw ReservationRefusal.keyUsed(earlier)
        case .refused(let refusal):
            guard case .overBudget(let reserved) = refusal, attempt.failures < Self.budgetLooks else { throw refusal }
            // Other reservations over the budget may be about to roll back.
            guard attempt.wasRolledBack || attempt.limits.budget?.covers(reserved) == false else { throw refusal }
            return .again(orElse: refusal)
        }
    }

    /// The number of attempts during which a create over the budget waits for others to roll back.
    private static let budgetLooks = 5

    /// Verifies the budget after the write, and rolls the reservation back if it is exceeded.
    private func confirm(_ attempt: inout Attempt) async throws -> Contention.Outcome<Void> {
        // A failed create holds nothing.
        guard attempt.limits.budget != nil, attempt.record.state != .failed else { return .done(()) }
        let reserved = try await totalReserved()
        // Uses the current budget: a record that was removed meanwhile may have taken the share of its Pod with it.
        guard let budget = attempt.limits.budget, !budget.covers(reserved) else { return .done(()) }
        let refusal = ReservationRefusal.overBudget(reserved: reserved - attempt.record.requested)
        guard try await rollBack(attempt.record) else { throw refusal }
        attempt.wasRolledBack = true
        return .again(orElse: refusal)
    }

    /// Rolls back an unconfirmed reservation.
    /// - Returns: false if another process has marked it as being deleted and will remove it.
    private func rollBack(_ record: StackRecord) async throws -> Bool {
        try await contention.run { _ in
            do {
                try await transact(record.removal(in: .reserved, ownedBy: record.owner, in: table))
                return .done(true)
            } catch let error as Cancellation {
                return error.reasons.first == .conditionFailed
                    ? .done(false) : .again(orElse: Contended(what: "the rollback of \(record.id)"))
            }
        }
    }

    private func contended(_ record: StackRecord) -> Contended { Contended(what: "the reservation of \(record.id)") }
}
