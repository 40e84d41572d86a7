import DynamoDB
import Logging
package import Stacks
import Synchronization

extension DynamoDBStackStore {
    private typealias Member = ReservationBatch.Member
    private typealias Answer = ReservationBatch.Answer
    private typealias Queue = Turns<ReservationBatch.Member, ReservationBatch.Answer>

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
        try await turns.withPlace { turn in
            var own = Member(record, within: limits)
            // The time for conflicts with other replicas begins after the wait for this process's own reservations.
            var answer = record.state == .failed ? nil : try await take(turn, for: &own)
            try await contending { _ in
                while true {
                    if let received = answer {
                        answer = nil
                        switch try own.progress.note(received, of: record, within: limits) {
                        case .done: return .done(())
                        case .pause(let inTurn):
                            if !inTurn { turn.pass() }
                            return .again(orElse: contended(record))
                        case .goOn: break
                        }
                    }
                    switch step(of: own, isInTurn: turn.isHeld) {
                    case .takeTurn:
                        answer = try await take(turn, for: &own)
                        // It may have changed during the wait.
                        if case .read = own.progress.knowledge { own.progress.knowledge = .nothing }
                    case .passTurn:
                        turn.pass()
                    case .read:
                        own.progress.knowledge = .read(try await findings(for: record))
                    case .write(let change):
                        answer = try await write(own, change, turn)
                    case .confirmed:
                        return .done(())
                    case .answer(let id):
                        // A key whose record is missing is looked at again and again, which must keep nobody waiting.
                        turn.pass()
                        if let earlier = try await self.record(id) { throw ReservationRefusal.keyUsed(earlier) }
                        // It was removed meanwhile, and the key with it.
                        own.progress.noteDanglingKey()
                        return .again(orElse: contended(record))
                    case .refuse(let refusal):
                        throw refusal
                    }
                }
            }
        }
    }

    /// Waits for the turn, or for the answer to an attempt of the one that has it.
    private func take(_ turn: Queue.Place, for own: inout Member) async throws -> Answer? {
        switch try await turn.take(offering: own) {
        case .answer(let answer): return answer
        case .turn(let offered):
            own = offered
            return nil
        }
    }

    private func step(of own: Member, isInTurn: Bool) -> ReservationStep {
        .next(
            for: own.record,
            within: own.limits,
            knowing: own.progress.knowledge,
            hint: capacityHint.withLock { $0.value },
            isInTurn: isInTurn,
            mayBeWritten: own.progress.mayBeWritten
        )
    }

    /// Writes a reservation, together with those that wait for their turn if nothing is known to be in its way.
    private func write(_ own: Member, _ change: CapacityChange?, _ turn: Queue.Place) async throws -> Answer {
        // A caller that left during the last attempt is written for nobody.
        try Task.checkCancellation()
        guard own.progress.isShareable, let hint = capacityHint.withLock({ $0.value }) else { return try await write(own, change) }
        return try await turn.share { offers in
            var gathering = ReservationGathering(own, hint: hint)
            return offers.map { gathering.add($0) }
        } _: { companions in
            guard !companions.isEmpty else { return (try await write(own, change), []) }
            // A task of its own: the cancellation of this caller must not end the transaction of the others.
            let answers = try await Task { try await self.write(ReservationBatch([own] + companions)) }.value
            return (answers[0], zip(companions, answers.dropFirst()).map { outcome(of: $0, $1) })
        }
    }

    /// Returns what becomes of a reservation that waits: its answer as soon as there is one, or it waits on.
    private func outcome(of companion: Member, _ answer: Answer) -> Queue.Outcome {
        switch answer.outcome {
        case .written, .cancelled: return .answer(answer)
        case .again, .alone:
            var companion = companion
            companion.progress.noteWait(after: answer)
            return .wait(offering: companion)
        }
    }

    /// Makes one attempt for all.
    /// - Returns: the answer to each.
    /// - Throws: ``StoreError`` if the attempt says nothing about a single reservation.
    private func write(_ batch: ReservationBatch) async throws -> [Answer] {
        do {
            try await commit(batch.transaction(in: table))
            capacityHint.withLock { $0.add(batch.requested) }
            return batch.written
        } catch let cancellation as Cancellation {
            if cancellation.reasons.last == .conditionFailed { capacityHint.withLock { $0.know(nil) } }
            return batch.answers(to: cancellation)
        } catch let error as DynamoDBError where error.concernsAllRequests {
            throw unavailable(error)
        } catch {
            logger.warning(
                "a shared transaction failed; its reservations are written one by one",
                metadata: [
                    "table": "\(table)", "error": "\(error)", "stack_ids": .array(batch.members.map { "\($0.record.id)" }),
                ]
            )
            return batch.failed
        }
    }

    /// Writes a reservation alone.
    private func write(_ own: Member, _ change: CapacityChange?) async throws -> Answer {
        let record = own.record
        var transaction = record.reservation(stacksPerUser: own.limits.stacksPerUser, in: table)
        if let change { transaction.append(change.write(adding: record.requested, in: table)) }
        do { try await transact(transaction) } catch let cancellation as Cancellation {
            if change != nil, cancellation.reasons.last == .conditionFailed { capacityHint.withLock { $0.know(nil) } }
            return Answer(outcome: .cancelled(cancellation))
        }
        capacityHint.withLock { hint in
            if case .read(let findings) = own.progress.knowledge, let change {
                hint.know(findings.bound(after: change, for: record))
            } else {
                hint.add(record.requested)
            }
        }
        return Answer(outcome: .written)
    }

    private func contended(_ record: StackRecord) -> Contended { Contended(what: "the reservation of \(record.id)") }
}

extension DynamoDBError {
    /// True if other requests to the table would be answered the same: it is not the content of a transaction that is refused.
    fileprivate var concernsAllRequests: Bool {
        switch code {
        case .unavailable, .throttled, .accessDenied, .resourceNotFound, .credentials, .configuration: true
        default: false
        }
    }
}
