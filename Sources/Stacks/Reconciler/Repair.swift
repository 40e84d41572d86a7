import FoundationEssentials

/// The reason for which a stack is removed. The steps are always the same: mark the record as being deleted, delete Service and Pod, see
/// them gone, remove the record. Nothing is ever created again.
package enum Repair: String, Sendable, CaseIterable {
    /// The stack's TTL has passed.
    case expired
    /// A delete was started but not completed.
    case interruptedDelete = "interrupted_delete"
    /// The process that created the reservation died or gave up.
    case abandonedReservation = "abandoned_reservation"
    /// The Pod's node has left the cluster.
    case nodeDeleted = "node_deleted"
    /// Someone else deleted the Pod or the Service.
    case objectMissing = "object_missing"
    /// A Pod or Service of this provisioner has no record.
    case orphan
}

extension Repair {
    /// The cached state of a record's objects.
    struct Observed: Equatable {
        var hasPod: Bool
        var hasService: Bool
        var nodeExists: Bool
        /// The time for which this process has seen the reservation unchanged.
        var reservedFor: Duration = .zero
    }

    /// The rules by which reservations count as abandoned.
    struct Ownership: Equatable {
        var owner: String
        /// True if no other process can be running: reservations of other owners are abandoned at once, without waiting for their age.
        var isExclusive: Bool
        var lockTTL: Duration
    }

    /// Returns the first reason to remove a stack that no one in this process is working on; nil if there is none.
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
        case .failed:
            return record.expiresAt <= now ? .expired : nil
        }
    }
}
