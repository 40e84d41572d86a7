package import FoundationEssentials

/// The database of stacks. Every method is one atomic operation. Both stores pass the same conformance suite.
///
/// All methods throw ``StoreError`` if the store fails; after a failed write its effect is unknown.
package protocol StackStore: Sendable {
    /// True if no other process can write to this store while it is open. A reservation of another owner then belongs to a dead process.
    var isExclusive: Bool { get }

    /// Writes the record if `(user, problem)` has no record, the user is under the limit, every port is free and the totals including this
    /// record stay within the budget. A record with the same idempotency key is looked up first. A record without an owner has neither
    /// lock nor user limit; one in state `failed`, which only a copy of a store writes, holds nothing and is never refused.
    /// - Throws: ``ReservationRefusal``; nothing was written then.
    func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws

    /// Returns the refusal that ``reserve(_:within:)`` would throw now, checked in the same order; nil if none. Writes nothing.
    func obstacle(to record: StackRecord, within limits: ReservationLimits) async throws -> ReservationRefusal?

    /// Exchanges one port of a reservation after the cluster rejected it; the others stay.
    /// - Throws: ``ReservationRefusal/portsTaken(_:)`` if a record has the new port; ``StoreError/lostReservation`` if the owner no longer
    ///   holds the reservation, or not with the old port.
    func changePort(of id: StackID, owner: String, from old: Int, to new: Int, at now: Date) async throws

    /// Changes a reservation to an active stack.
    /// - Throws: ``StoreError/lostReservation`` if the owner no longer holds the reservation.
    func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) async throws -> StackRecord

    /// Changes a reservation, or a stack in deletion, to state `failed`: lock, count, ports, resources and idempotency key are free after
    /// this one write, and the record stays readable. Idempotent; a missing record, or one in another state, stays as it is.
    ///
    /// To be called once Pod and Service are gone.
    /// - Parameter expiresAt: when the record is to be removed.
    func fail(_ id: StackID, failure: StackFailure, expiresAt: Date, at now: Date) async throws

    /// Marks a stack as being deleted. Idempotent. A record in state `failed`, which holds nothing, stays as it is and is returned.
    /// - Parameter seen: compare and set: marks only if owner, state and update time are as in `seen`; nil marks unconditionally. A
    ///   reservation that looks abandoned survives if its owner has just changed it.
    /// - Returns: the record after the call; nil if there is none or it differs from `seen`.
    func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) async throws -> StackRecord?

    /// Marks every stack of an owner as being deleted, those in creation too. Stacks of other namespaces, failed ones, which hold nothing,
    /// and unreadable records are left alone. Reads strongly consistent. If it fails, some of the stacks may be marked.
    /// - Returns: the ids of the stacks that were not marked before.
    func beginDelete(of owner: OwnerFilter, inNamespace namespace: String, at now: Date) async throws -> [StackID]

    /// Changes the expiry of a stack that is neither being deleted nor failed. Compare and set: only if owner, state and update time are as
    /// in `seen`.
    /// - Parameter now: the new update time; must differ from that of `seen`, so that whoever else has seen the record notices.
    /// - Returns: the record after the call; nil if there is none or it differs from `seen`.
    func renew(_ id: StackID, to expiresAt: Date, ifUnchanged seen: StackRecord, at now: Date) async throws -> StackRecord?

    /// Removes a stack that is marked as being deleted, which frees its lock, ports and resources, or a record in state `failed`.
    /// Idempotent.
    func remove(_ id: StackID) async throws

    /// - Throws: ``StoreError/unreadable(_:)`` if the record exists but is unreadable.
    func record(_ id: StackID) async throws -> StackRecord?
    /// Returns the record created by the request with this idempotency key.
    func record(idempotencyKey: String) async throws -> StackRecord?
    /// Returns every record, oldest first.
    func records() async throws -> StackRecords
    /// Returns every record of a user, oldest first.
    func records(ofUser userID: Int64) async throws -> StackRecords

    /// Returns the unique id of this store, created when the store was first opened.
    func installationID() async throws -> String
    /// Sets the id of the store from which the stacks were copied.
    func setInstallationID(_ id: String) async throws

    /// Throws unless the store is readable and a recent write succeeded.
    func checkReadiness() async throws
}

extension StackStore {
    /// Marks a stack as being deleted, in any state.
    func beginDelete(_ id: StackID, at now: Date) async throws -> StackRecord? {
        try await beginDelete(id, ifUnchanged: nil, at: now)
    }

    /// Returns every record, oldest first, for callers that need all of them.
    /// - Throws: ``StoreError/unreadable(_:)`` if a record is unreadable.
    package func allRecords() async throws -> [StackRecord] {
        let read = try await records()
        if let unreadable = read.unreadable.first { throw StoreError.unreadable(unreadable) }
        return read.records
    }
}

extension StackRecord {
    /// True if a delete may mark the record and a renewal may extend it: it is neither being deleted nor a failed create.
    package var isLive: Bool { state == .reserved || state == .active }

    /// Returns true if no owner has changed the record since `seen` was read.
    package func isUnchanged(since seen: StackRecord) -> Bool {
        id == seen.id && owner == seen.owner && state == seen.state && updatedAt == seen.updatedAt
    }
}

/// The limits that a reservation is checked against.
package struct ReservationLimits: Sendable {
    package var stacksPerUser: Int
    private let currentBudget: @Sendable () -> ResourceAmount?

    /// The maximum that all records together may request now; nil for no limit. Stores evaluate `budget` after they have read the reserved
    /// totals, since it may change while a reservation waits.
    package var budget: ResourceAmount? { currentBudget() }

    package init(stacksPerUser: Int, budget: ResourceAmount?) {
        self.init(stacksPerUser: stacksPerUser) { budget }
    }

    package init(stacksPerUser: Int, currentBudget: @escaping @Sendable () -> ResourceAmount?) {
        self.stacksPerUser = stacksPerUser
        self.currentBudget = currentBudget
    }
}

/// The reason for which a reservation was not written. Checked in this order, so that callers see the most lasting reason.
package enum ReservationRefusal: Error, Sendable, Equatable {
    /// An earlier request with the same idempotency key made this record.
    case keyUsed(StackRecord)
    /// `(user, problem)` already has this stack.
    case stackExists(StackID)
    case userLimitReached(count: Int)
    case overBudget(reserved: ResourceAmount)
    /// Other records have these ports of the set, in the order of the set.
    case portsTaken([Int])
}

/// The failure of a store operation.
package enum StoreError: Error, Sendable, Equatable {
    /// The store returned an error. The text is for the log, not for callers.
    case unavailable(String)
    /// The store did not respond in time; other requests would fail as well.
    case unreachable(String)
    /// The record exists but this version cannot read it.
    case unreadable(UnreadableRecord)
    /// The owner no longer holds the reservation: it was deleted or reclaimed.
    case lostReservation(StackID)
}

extension StoreError: CustomStringConvertible {
    /// Text for the log.
    package var description: String {
        switch self {
        case .unavailable(let reason), .unreachable(let reason): reason
        case .unreadable(let record): record.reason
        case .lostReservation(let id): "the reservation of \(id) is no longer its owner's"
        }
    }
}
