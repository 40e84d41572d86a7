import DynamoDB
package import Stacks
import Synchronization

extension DynamoDBStackStore {
    private typealias Answer = ReservationBatch.Answer
    private typealias Place = Turns<ReservationBatch.Member, ReservationBatch.Answer>.Place

    /// Writes a reservation in one transaction. As a rule nothing is read before it, since each item of it has its condition; if one is
    /// false, a read tells the reason. Reservations that wait for another one's transaction are written together in the next.
    ///
    /// Invariant: the sum of all reservations is at most the budget.
    ///
    /// The sum is spread over counters, so that removals do not conflict, and no transaction can have a condition on a sum over items.
    /// Therefore one more item bounds the sum, see ``CapacityBound``. The bound is never lower than the sum: each reservation adds to both in
    /// its transaction, and a correction subtracts only what the bound exceeded the counters by. For that the bound is read before the
    /// counters, and the correction is made only if nobody has made another since.
    package func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        let own = ReservationBatch.Member(record, within: limits)
        try await turns.withPlace { turn in
            var progress = ReservationProgress()
            // The time for conflicts with other replicas begins after the wait for this process's own reservations.
            var answer = record.state == .failed ? nil : try await turn.take(offering: own)
            try await contending { _ in
                while true {
                    if let received = answer {
                        answer = nil
                        switch try progress.note(received, of: record, within: limits) {
                        case .done: return .done(())
                        case .pause: return .again(orElse: contended(record))
                        case .goOn: break
                        }
                    }
                    switch step(of: own, progress, isInTurn: turn.isHeld) {
                    case .takeTurn:
                        answer = try await turn.take(offering: progress.isShareable ? own : nil)
                        // It may have changed during the wait.
                        if case .read = progress.knowledge { progress.knowledge = .nothing }
                    case .passTurn:
                        turn.pass()
                    case .read:
                        progress.knowledge = .read(try await findings(for: record))
                    case .write(let change):
                        answer = try await write(own, change, progress, turn)
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

    private func step(of own: ReservationBatch.Member, _ progress: ReservationProgress, isInTurn: Bool) -> ReservationStep {
        .next(
            for: own.record,
            within: own.limits,
            knowing: progress.knowledge,
            hint: capacityHint.withLock { $0.value },
            isInTurn: isInTurn,
            mayBeWritten: progress.mayBeWritten
        )
    }

    /// Writes a reservation, together with those that wait for their turn if nothing is known to be in its way.
    private func write(
        _ own: ReservationBatch.Member,
        _ change: CapacityChange?,
        _ progress: ReservationProgress,
        _ turn: Place
    ) async throws -> Answer {
        if progress.isShareable, let hint = capacityHint.withLock({ $0.value }) {
            var gathering = ReservationGathering(own, hint: hint)
            let companions = turn.gather { gathering.add($0) }
            if !companions.isEmpty { return try await write(ReservationBatch(gathering.members), for: companions) }
        }
        let cancellation = try await write(own.record, change, knowing: progress.knowledge, within: own.limits)
        return Answer(outcome: cancellation.map { .cancelled($0) } ?? .written)
    }

    /// Writes a batch and answers all but its first reservation.
    /// - Returns: the answer to the first.
    /// - Throws: ``StoreError/unreachable(_:)``, as to all others.
    private func write(_ batch: ReservationBatch, for companions: [Turns<ReservationBatch.Member, Answer>.Companion]) async throws -> Answer
    {
        // A task of its own: the cancellation of one caller must not end the transaction of the others.
        let result = await Task { await self.answers(to: batch) }.value
        for (position, companion) in companions.enumerated() {
            companion.resume(with: result.map { $0[position + 1] })
        }
        return try result.get()[0]
    }

    private func answers(to batch: ReservationBatch) async -> Result<[Answer], any Error> {
        var batch = batch
        while !batch.isDecided {
            do {
                try await transact(batch.transaction(in: table))
                capacityHint.withLock { $0.add(batch.requested) }
                batch.succeeded()
            } catch let cancellation as Cancellation {
                if cancellation.reasons.last == .conditionFailed { capacityHint.withLock { $0.know(nil) } }
                batch.cancelled(cancellation)
            } catch StoreError.unreachable(let reason) {
                return .failure(StoreError.unreachable(reason))
            } catch {
                batch.failed()
            }
        }
        return .success(batch.answers.map { $0 ?? Answer(outcome: .alone) })
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
