import DynamoDB
package import Stacks

extension DynamoDBStackStore {
    /// Reads what stands in the way, then writes everything in one transaction under the same conditions. If those fail, someone was
    /// faster, and reading again tells the reason.
    ///
    /// No single item could hold the sum of all requests without being written by every create, so the sum is spread over counters,
    /// and no condition can be put on it. While the budget is far from used up, none is needed. At its edge reservations pass a gate
    /// one after the other: each changes the version that it has read before the counters, so the sum that it has read can only have
    /// become smaller.
    ///
    /// Many that begin far from the edge at the same time can still reach beyond it together. Therefore the sum is read once more
    /// after each transaction, and a reservation that finds it over the budget takes itself back and tries again. Of all
    /// reservations that stand, the one that was written last has read its sum after all others were written, and found it within
    /// the budget: what this method has confirmed never exceeds it.
    package func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        var attempt = Attempt(record: record, limits: limits)
        try await contending { failures in
            attempt.failures = failures
            if let outcome = try await make(&attempt, isInTurn: false) { return outcome }
            // Whoever has its turn keeps it while other replicas cross it: behind all others it would only meet them again.
            return try await turns.withTurn {
                let value: Void = try await contention.run { crossed in
                    attempt.failures = failures + crossed
                    return try await make(&attempt, isInTurn: true) ?? .again(orElse: contended(record))
                }
                return .done(value)
            }
        }
    }

    /// A reservation that is being made.
    private struct Attempt {
        let record: StackRecord
        let limits: ReservationLimits
        var failures = 0
        /// It was written and taken back again.
        var hasYielded = false
    }

    /// - Parameter isInTurn: no other task of this process is at the edge of the budget.
    /// - Returns: nil when the attempt has to wait for its turn.
    private func make(_ attempt: inout Attempt, isInTurn: Bool) async throws -> Contention.Outcome<Void>? {
        let record = attempt.record
        let findings = try await findings(for: record)
        // Ours: it was written although the answer was lost.
        if attempt.failures > 0, findings.lockHolder == record.id { return try await confirm(&attempt) }
        if let obstacle = findings.obstacle(to: record, within: attempt.limits) { return try await refuse(attempt, because: obstacle) }
        var transaction = record.reservation(stacksPerUser: attempt.limits.stacksPerUser, in: table)
        if findings.isAtEdge(of: attempt.limits.budget, for: record) {
            guard isInTurn else { return nil }
            transaction.append(StackRecord.passage(of: findings.gate, in: table))
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
            // Some of what is over the budget may be about to be taken back.
            guard attempt.hasYielded || attempt.limits.budget?.covers(reserved) == false else { throw refusal }
            return .again(orElse: refusal)
        }
    }

    /// How often a create looks whether others, which are over the budget together with it, have given way.
    private static let budgetLooks = 5

    /// The second look at the budget.
    private func confirm(_ attempt: inout Attempt) async throws -> Contention.Outcome<Void> {
        guard attempt.limits.budget != nil else { return .done(()) }
        let reserved = try await totalReserved()
        // The budget of this moment, not that of the first look: a record that went meanwhile may have taken its Pod's share with it.
        guard let budget = attempt.limits.budget, !budget.covers(reserved) else { return .done(()) }
        let refusal = ReservationRefusal.overBudget(reserved: reserved - attempt.record.requested)
        guard try await takeBack(attempt.record) else { throw refusal }
        attempt.hasYielded = true
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
                return error.reasons.first == .conditionFailed ? .done(false) : .again(orElse: Contended(what: "taking back \(record.id)"))
            }
        }
    }

    private func contended(_ record: StackRecord) -> Contended { Contended(what: "the reservation of \(record.id)") }
}
