import FoundationEssentials

/// What a stack needs so that record and cluster agree again. Whatever it is, the way there is the same: mark the record as being
/// deleted, remove Service and Pod, see them gone, forget the record. Nothing is ever created anew.
package enum Repair: String, Sendable, CaseIterable {
    /// The time of the stack is over.
    case expired
    /// A delete was begun and not finished.
    case interruptedDelete = "interrupted_delete"
    /// A reservation whose maker died or gave up.
    case abandonedReservation = "abandoned_reservation"
    /// The node that carried the Pod has left the cluster.
    case nodeDeleted = "node_deleted"
    /// Someone else removed the Pod or the Service.
    case objectMissing = "object_missing"
    /// A Pod or Service of ours that no record names.
    case orphan
}

extension Repair {
    /// What the watches know of the objects of a record.
    struct Observed: Equatable {
        var hasPod: Bool
        var hasService: Bool
        var nodeExists: Bool
        /// How long this process has seen the reservation as it is now.
        var reservedFor: Duration = .zero
    }

    /// Whose reservations may be taken for dead.
    struct Ownership: Equatable {
        var owner: String
        /// No other process can be at work: reservations of others are dead at once, not only once they are old.
        var isExclusive: Bool
        var lockTTL: Duration
    }

    /// The first thing wrong with a stack on which nobody in this process is working; nil when all is well.
    static func needed(for record: StackRecord, observed: Observed, now: Date, ownership: Ownership) -> Repair? {
        switch record.state {
        case .deleting:
            return .interruptedDelete
        case .reserved:
            let isOurs = record.owner == ownership.owner
            let isOld = observed.reservedFor >= ownership.lockTTL
            return isOurs || ownership.isExclusive || isOld ? .abandonedReservation : nil
        case .active:
            if record.expiresAt <= now { return .expired }
            if !observed.nodeExists { return .nodeDeleted }
            if !observed.hasPod || !observed.hasService { return .objectMissing }
            return nil
        }
    }
}
