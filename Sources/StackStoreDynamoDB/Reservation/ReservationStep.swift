import Stacks

/// The next step of a reservation, decided from what is known of its preconditions.
enum ReservationStep: Equatable {
    /// Wait for the serialized section of this process.
    case takeTurn
    /// Leave the serialized section, since an item of the reservation's own is in the way and others need not wait for it.
    case passTurn
    /// Read the preconditions, strongly consistent.
    case read
    /// Write the reservation, with this change of the capacity bound; nil for a record that counts no resources.
    case write(CapacityChange?)
    /// An earlier attempt took effect although its response was lost.
    case confirmed
    /// Answer with the record of the stack that has the idempotency key.
    case answer(with: StackID)
    case refuse(ReservationRefusal)

    /// What a reservation knows of its preconditions.
    enum Knowledge: Equatable {
        /// Nothing was read, and no condition was found false.
        case nothing
        /// The condition of a lock, count, port, key or row was false.
        case itemInTheWay
        /// The condition of the capacity bound was false, or what was read has become stale.
        case outdatedCapacity
        case read(Findings)
    }

    /// - Parameters:
    ///   - hint: the capacity bound as last known; nil for unknown. It only saves reads: the transaction has the condition.
    ///   - isInTurn: true inside the serialized section of this process.
    ///   - mayBeWritten: true if an attempt of this reservation was answered with a conflict, and may have taken effect all the same.
    static func next(
        for record: StackRecord,
        within limits: ReservationLimits,
        knowing knowledge: Knowledge,
        hint: ResourceAmount?,
        isInTurn: Bool,
        mayBeWritten: Bool
    ) -> ReservationStep {
        let counts = record.state != .failed
        switch knowledge {
        case .nothing:
            guard counts else { return .write(nil) }
            guard isInTurn else { return .takeTurn }
            guard let hint, limits.total.covers(hint + record.requested) else { return .read }
            return .write(.add(to: limits.total - record.requested))
        case .itemInTheWay:
            return isInTurn ? .passTurn : .read
        case .outdatedCapacity:
            return isInTurn || !counts ? .read : .takeTurn
        case .read(let findings):
            if mayBeWritten, findings.isWritten { return .confirmed }
            switch findings.obstacle(to: record, within: limits) {
            case .keyUsed(let id): return .answer(with: id)
            case .refused(let refusal): return .refuse(refusal)
            case nil: break
            }
            guard counts else { return .write(nil) }
            return isInTurn ? .write(findings.capacityChange(for: record, within: limits.total)) : .takeTurn
        }
    }
}

extension ReservationLimits {
    /// The budget; without one the largest amount.
    var total: ResourceAmount { budget ?? .unlimited }
}
