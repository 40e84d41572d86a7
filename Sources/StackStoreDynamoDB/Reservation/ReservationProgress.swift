import Stacks

/// The progress of a reservation through its attempts.
struct ReservationProgress: Sendable {
    var knowledge = ReservationStep.Knowledge.nothing
    private var attempts = 0
    /// The number of attempts in vain together with others that waited, because of these.
    private var attemptsWithOthers = 0
    /// True if an attempt was answered with a conflict: it may have taken effect all the same.
    private(set) var mayBeWritten = false
    /// True if the reservation was, or may have been, the reason why an attempt with others failed.
    private var isAlone = false

    /// The maximum of attempts in vain that a reservation makes together with others: the second is without those that stood in the way of
    /// the first.
    private static let maximumWithOthers = 2

    /// True if the reservation may be written together with others: nothing is known to be in its way.
    var isShareable: Bool { knowledge == .nothing && !isAlone && attemptsWithOthers < Self.maximumWithOthers }

    /// What follows an attempt.
    enum Consequence: Equatable {
        case done
        case goOn
        /// - Parameter inTurn: false if only items of the reservation's own are in the way, so that others need not wait for it.
        case pause(inTurn: Bool)
    }

    /// Notes the response to an attempt.
    mutating func note(
        _ answer: ReservationBatch.Answer,
        of record: StackRecord,
        within limits: ReservationLimits
    ) throws -> Consequence {
        noteWait(after: answer)
        switch answer.outcome {
        case .written: return .done
        case .cancelled(let cancellation):
            let isOwnConflict = cancellation.isConflictOfOwnItems
            // It would meet all whom it takes along. One on a counter would not: it has many users, and is free again soon.
            if isOwnConflict, cancellation.reasons.dropLast(2).contains(.contended) { isAlone = true }
            guard try isPauseDue(after: cancellation, of: record, within: limits) else { return .goOn }
            return .pause(inTurn: !isOwnConflict && knowledge != .itemInTheWay)
        case .again, .alone:
            // Whoever stood in the way has left, and this one goes on alone after the second time.
            attemptsWithOthers += 1
            return .goOn
        }
    }

    /// Notes the response to an attempt that another reservation made together with this one, which waits on. It costs this one no time.
    mutating func noteWait(after answer: ReservationBatch.Answer) {
        if answer.mayBeWritten { mayBeWritten = true }
        if case .alone = answer.outcome { isAlone = true }
    }

    /// Notes that the reservation's key names a stack that has no row: every transaction with it fails.
    mutating func noteDanglingKey() {
        knowledge = .nothing
        isAlone = true
    }

    /// Notes a cancelled transaction.
    /// - Returns: false if the reason is known. Also after the first attempt, unless it met a conflict: it only assumed that nothing was in
    ///   the way, so that the reads follow at once.
    mutating func isPauseDue(
        after cancellation: DynamoDBStackStore.Cancellation,
        of record: StackRecord,
        within limits: ReservationLimits
    ) throws -> Bool {
        attempts += 1
        if cancellation.reasons.contains(.contended) { mayBeWritten = true }
        knowledge = try knowledge.after(cancellation, of: record, within: limits)
        if case .read = knowledge {
            guard mayBeWritten else { return false }
            // What stands in the way may be this very reservation, which only a read of all items shows.
            knowledge = .itemInTheWay
        }
        return attempts > 1 || !cancellation.reasons.contains(.conditionFailed)
    }
}

extension DynamoDBStackStore.Cancellation {
    /// True if items of the reservation's own met a conflict, and the capacity bound, the last item, did not. A conflict on the bound keeps
    /// every reservation back.
    fileprivate var isConflictOfOwnItems: Bool { reasons.contains(.contended) && reasons.last != .contended }
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
