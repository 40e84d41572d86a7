import DynamoDB
package import Stacks
import Synchronization

extension DynamoDBStackStore {
    /// Writes a reservation in one transaction. As a rule nothing is read before it, since each item of it has its condition; if one is
    /// false, a read tells the reason.
    ///
    /// Invariant: the sum of all reservations is at most the budget.
    ///
    /// The sum is spread over counters, so that removals do not conflict, and no transaction can have a condition on a sum over items.
    /// Therefore one more item bounds the sum, see ``CapacityBound``. The bound is never lower than the sum: each reservation adds to both in
    /// its transaction, and a correction subtracts only what the bound exceeded the counters by. For that the bound is read before the
    /// counters, and the correction is made only if nobody has made another since.
    package func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        try await turns.withPlace { turn in
            var progress = ReservationProgress()
            // The time for conflicts with other replicas begins after the wait for this process's own reservations.
            if record.state != .failed { try await turn.take() }
            try await contending { _ in
                while true {
                    let step = ReservationStep.next(
                        for: record,
                        within: limits,
                        knowing: progress.knowledge,
                        hint: capacityHint.withLock { $0.value },
                        isInTurn: turn.isHeld,
                        mayBeWritten: progress.mayBeWritten
                    )
                    switch step {
                    case .takeTurn:
                        try await turn.take()
                        // It may have changed during the wait.
                        if case .read = progress.knowledge { progress.knowledge = .nothing }
                    case .passTurn:
                        turn.pass()
                    case .read:
                        progress.knowledge = .read(try await findings(for: record))
                    case .write(let change):
                        let cancellation = try await write(record, change, knowing: progress.knowledge, within: limits)
                        guard let cancellation else { return .done(()) }
                        let isPauseDue = try progress.isPauseDue(after: cancellation, of: record, within: limits)
                        if isPauseDue { return .again(orElse: contended(record)) }
                    case .confirmed:
                        return .done(())
                    case .answer(let id):
                        // A key whose record is missing is looked at again and again, which must keep nobody waiting.
                        turn.pass()
                        if let earlier = try await self.record(id) { throw ReservationRefusal.keyUsed(earlier) }
                        // It was removed meanwhile, and the key with it.
                        progress.knowledge = .nothing
                        return .again(orElse: contended(record))
                    case .refuse(let refusal):
                        throw refusal
                    }
                }
            }
        }
    }

    /// - Returns: nil if the reservation was written.
    private func write(
        _ record: StackRecord,
        _ change: CapacityChange?,
        knowing knowledge: ReservationStep.Knowledge,
        within limits: ReservationLimits
    ) async throws -> Cancellation? {
        var transaction = record.reservation(stacksPerUser: limits.stacksPerUser, in: table)
        if let change { transaction.append(change.write(adding: record.requested, in: table)) }
        do { try await transact(transaction) } catch let cancellation as Cancellation {
            if change != nil, cancellation.reasons.last == .conditionFailed { capacityHint.withLock { $0.know(nil) } }
            return cancellation
        }
        capacityHint.withLock { hint in
            if case .read(let findings) = knowledge, let change {
                hint.know(findings.bound(after: change, for: record))
            } else {
                hint.add(record.requested)
            }
        }
        return nil
    }

    private func contended(_ record: StackRecord) -> Contended { Contended(what: "the reservation of \(record.id)") }
}

/// The progress of a reservation through its attempts.
struct ReservationProgress {
    var knowledge = ReservationStep.Knowledge.nothing
    private var attempts = 0
    /// True if an attempt was answered with a conflict: it may have taken effect all the same.
    private(set) var mayBeWritten = false

    /// Notes a cancelled transaction.
    /// - Returns: false after the first attempt, unless it met a conflict: it only assumed that nothing was in the way, so that the reads
    ///   follow at once.
    mutating func isPauseDue(
        after cancellation: DynamoDBStackStore.Cancellation,
        of record: StackRecord,
        within limits: ReservationLimits
    ) throws -> Bool {
        attempts += 1
        if cancellation.reasons.contains(.contended) { mayBeWritten = true }
        knowledge = try knowledge.after(cancellation, of: record, within: limits)
        // What stands in the way may be this very reservation, which only a read of all items shows.
        if mayBeWritten, case .read = knowledge { knowledge = .itemInTheWay }
        return attempts > 1 || !cancellation.reasons.contains(.conditionFailed)
    }
}

extension ReservationStep.Knowledge {
    /// Returns what is known after an attempt that a transaction with this knowledge made in vain.
    func after(
        _ cancellation: DynamoDBStackStore.Cancellation,
        of record: StackRecord,
        within limits: ReservationLimits
    ) throws -> Self {
        // The last item of a record that counts is the capacity bound.
        let items = record.state == .failed ? cancellation.reasons[...] : cancellation.reasons.dropLast()
        if items.contains(.conditionFailed) {
            return try Findings(of: record, in: cancellation, within: limits).map(Self.read) ?? .itemInTheWay
        }
        // A conflict alone says nothing about the conditions.
        return self == .nothing && !cancellation.reasons.contains(.conditionFailed) ? .nothing : .outdatedCapacity
    }
}
