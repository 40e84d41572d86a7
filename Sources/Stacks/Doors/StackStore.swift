package import FoundationEssentials

/// Where stacks are kept. Every method is one atomic operation; two stores pass the same conformance suite.
///
/// All methods throw ``StoreError`` when the store cannot answer; whether a write took place is then unknown.
package protocol StackStore: Sendable {
    /// Whether no other process can write to this store while it is open. A reservation of another owner is then a leftover of a
    /// process that has died.
    var isExclusive: Bool { get }

    /// Writes the record in state `reserved` if, and only if, `(user, problem)` has no record, the user is under the limit, nobody
    /// holds the port and the totals with this record stay within the budget. A record that bears the same idempotency key is found
    /// before anything else.
    /// - Throws: ``ReservationRefusal``, and then nothing was written.
    func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws

    /// Why ``reserve(_:within:)`` would refuse the record now, in the same order; nil when it would not. Writes nothing.
    func refusal(of record: StackRecord, within limits: ReservationLimits) async throws -> ReservationRefusal?

    /// Gives a reservation another port, because the cluster refused the first.
    /// - Throws: ``ReservationRefusal/portTaken``; ``StoreError/lostReservation`` when it is no longer this owner's.
    func changePort(of id: StackID, owner: String, to nodePort: Int, at now: Date) async throws

    /// Turns a reservation into a stack.
    /// - Throws: ``StoreError/lostReservation`` when it is no longer this owner's.
    func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) async throws -> StackRecord

    /// Marks a stack as being deleted. Repeats safely.
    /// - Parameter seen: marks it only while owner, state and time of the last change are as they were seen; nil for whatever they
    ///   are. So a reservation that is taken for abandoned is left alone if its owner has gone on with it in this very moment.
    /// - Returns: the record as it is now, or nil when there is none, or when it has changed.
    func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) async throws -> StackRecord?

    /// Forgets a stack that was marked as being deleted and thereby frees its lock, its port and its resources. Repeats safely.
    func remove(_ id: StackID) async throws

    /// - Throws: ``StoreError/unreadable(_:)`` when there is one that cannot be read.
    func record(_ id: StackID) async throws -> StackRecord?
    /// The record that a request with this idempotency key made.
    func record(idempotencyKey: String) async throws -> StackRecord?
    /// Every record, oldest first.
    func records() async throws -> StackRecords
    /// Every record of a user, oldest first.
    func records(ofUser userID: Int64) async throws -> StackRecords
    /// Every active record whose time is over at `date`.
    func records(expiredBy date: Date) async throws -> StackRecords
    /// The moment at which the next active record expires, of those that can be read.
    func nextExpiry() async throws -> Date?

    /// What tells this store from every other; made when it was opened for the first time.
    func installationID() async throws -> String
    /// Goes on as the store from which its stacks were copied.
    func setInstallationID(_ id: String) async throws

    /// Answers if the store can be read, and could be written lately.
    func checkReadiness() async throws
}

extension StackStore {
    /// Marks a stack as being deleted, whatever its state.
    func beginDelete(_ id: StackID, at now: Date) async throws -> StackRecord? {
        try await beginDelete(id, ifUnchanged: nil, at: now)
    }

    /// Every record, oldest first, for whom a part of them is worth nothing.
    /// - Throws: ``StoreError/unreadable(_:)`` when one of them cannot be read.
    package func allRecords() async throws -> [StackRecord] {
        let read = try await records()
        if let unreadable = read.unreadable.first { throw StoreError.unreadable(unreadable) }
        return read.records
    }
}

extension StackRecord {
    /// Whether this is the record as it was seen: no owner has changed it since.
    package func isUnchanged(since seen: StackRecord) -> Bool {
        id == seen.id && owner == seen.owner && state == seen.state && updatedAt == seen.updatedAt
    }
}

/// What a reservation must keep within.
package struct ReservationLimits: Sendable {
    package var stacksPerUser: Int
    private let currentBudget: @Sendable () -> ResourceAmount?

    /// The most that all records together may request, at this moment; nil for no bound. A store asks after it has read what is
    /// reserved: the budget may have changed while the reservation waited.
    package var budget: ResourceAmount? { currentBudget() }

    package init(stacksPerUser: Int, budget: ResourceAmount?) {
        self.init(stacksPerUser: stacksPerUser) { budget }
    }

    package init(stacksPerUser: Int, currentBudget: @escaping @Sendable () -> ResourceAmount?) {
        self.stacksPerUser = stacksPerUser
        self.currentBudget = currentBudget
    }
}

/// Why a reservation was not written. Tested in this order, so that a caller learns the reason that lasts longest.
package enum ReservationRefusal: Error, Sendable, Equatable {
    /// An earlier request with the same idempotency key made this record.
    case keyUsed(StackRecord)
    /// `(user, problem)` has this stack already.
    case stackExists(StackID)
    case userLimitReached(count: Int)
    case overBudget(reserved: ResourceAmount)
    case portTaken
}

/// Why the store did not do what it was asked.
package enum StoreError: Error, Sendable, Equatable {
    /// It refuses, or cannot be read or written now. The text is for the log, not for callers.
    case unavailable(String)
    /// It did not answer, or not in time: nobody else's request would fare better now.
    case unreachable(String)
    /// The record is there, and this version of the program cannot read it.
    case unreadable(UnreadableRecord)
    /// The reservation is no longer this owner's to finish: it was deleted or reclaimed.
    case lostReservation(StackID)
}

extension StoreError: CustomStringConvertible {
    /// For the log.
    package var description: String {
        switch self {
        case .unavailable(let reason), .unreachable(let reason): reason
        case .unreadable(let record): record.reason
        case .lostReservation(let id): "the reservation of \(id) is no longer its owner's"
        }
    }
}
