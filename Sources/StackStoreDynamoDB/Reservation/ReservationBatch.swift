import DynamoDB
import Stacks

/// Reservations of one process in one transaction: each with its own conditions, and one change of the capacity bound for their sum.
///
/// A cancelled transaction is the answer to those reservations only that have an item in the way; the others are tried again without them.
struct ReservationBatch: Sendable {
    /// A reservation that may be written together with others.
    struct Member: Sendable {
        let record: StackRecord
        let limits: ReservationLimits
        /// The items that no other reservation of a batch may name: DynamoDB accepts an item once in a transaction.
        let keys: [DynamoDB.Item]
        /// The stack count of its user, which reservations may share.
        let count: DynamoDB.Item?
        /// The counter of what the record requests, which reservations may share.
        let counter: DynamoDB.Item
        var progress = ReservationProgress()

        init(_ record: StackRecord, within limits: ReservationLimits) {
            self.record = record
            self.limits = limits
            keys = record.claimedKeys
            count = record.lock.map { ItemKey.count(user: $0.userID) }
            counter = ItemKey.capacity(record.id)
        }
    }

    /// The response to one reservation.
    struct Answer: Sendable {
        var outcome: Outcome
        /// True if an attempt with this reservation may have taken effect although it was not confirmed.
        var mayBeWritten = false
    }

    enum Outcome: Sendable {
        case written
        /// The part of the reasons that concerns this reservation, as if it had been written alone.
        case cancelled(DynamoDBStackStore.Cancellation)
        /// Nothing of this reservation's own is in the way: others were refused, or the capacity bound has no room for all.
        case again
        /// The reason cannot be told apart from that of others, so the reservation is tried alone: its user has room for some of those in
        /// the transaction, or the transaction failed as a whole.
        case alone
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    static let maximumItems = 100
    /// Half of the 4 MB that DynamoDB allows, since the other attributes need much less than a Pod spec.
    static let maximumSpecBytes = 2_000_000

    let members: [Member]

    init(_ members: [Member]) {
        self.members = members
    }

    /// The sum of what the reservations request.
    var requested: ResourceAmount { members.requested }

    /// Returns the transaction: what each reservation claims, each user's count, each counter, the capacity bound.
    func transaction(in table: String) -> [DynamoDB.TransactWriteItem] {
        let claims = members.flatMap { $0.record.claims(in: table) }
        let counts = members.counts.flatMap { count in
            let own = members.filter { $0.count == count }
            let limit = own.reduce(Int.max) { min($0, $1.limits.stacksPerUser) }
            return own.first?.record.countChange(by: own.count, limit: limit - own.count + 1, in: table) ?? []
        }
        let additions = members.counters.map { counter in
            DynamoDB.TransactWriteItem.addition(of: members.filter { $0.counter == counter }.requested, to: counter, in: table)
        }
        let total = members.map(\.limits.total).reduce(ResourceAmount.unlimited) { $0.minimum($1) }
        return claims + counts + additions + [CapacityChange.add(to: total - requested).write(adding: requested, in: table)]
    }

    /// The answers to a transaction that was made.
    var written: [Answer] { members.map { answer(to: $0, .written) } }

    /// The answers to a transaction that failed as a whole. It may have taken effect all the same.
    var failed: [Answer] { members.map { answer(to: $0, .alone, mayBeWritten: true) } }

    /// Returns the answers to a transaction that was cancelled.
    func answers(to cancellation: DynamoDBStackStore.Cancellation) -> [Answer] {
        let mayBeWritten = cancellation.reasons.contains(.contended)
        guard let reasons = Reasons(cancellation.reasons, of: members) else {
            return members.map { answer(to: $0, .alone, mayBeWritten: mayBeWritten) }
        }
        let found = FoundItems(cancellation.items)
        return zip(members, reasons.claims).map { member, own in
            answer(to: member, outcome(for: member, own, reasons, found, cancellation.items), mayBeWritten: mayBeWritten)
        }
    }

    private func answer(to member: Member, _ outcome: Outcome, mayBeWritten: Bool = false) -> Answer {
        Answer(outcome: outcome, mayBeWritten: mayBeWritten || member.progress.mayBeWritten)
    }

    private func outcome(
        for member: Member,
        _ own: [DynamoDBStackStore.Cancellation.Reason?],
        _ reasons: Reasons,
        _ found: FoundItems,
        _ items: [DynamoDB.Item]
    ) -> Outcome {
        let countReason = member.count.flatMap { reasons.others[$0] ?? nil }
        let isCountShared = members.count { $0.count == member.count } > 1
        if countReason == .conditionFailed, isCountShared, !member.isRefused(byCountIn: found) { return .alone }
        let counter = reasons.others[member.counter] ?? nil
        let part = own + (member.count == nil ? [] : [countReason]) + [counter, reasons.bound]
        guard reasons.bound == .contended || part.dropLast().contains(where: { $0 != nil }) else { return .again }
        return .cancelled(DynamoDBStackStore.Cancellation(reasons: part, items: items))
    }

    /// The reasons of a cancelled transaction by the items that they are of.
    private struct Reasons {
        /// The reasons of each reservation's own items.
        var claims: [[DynamoDBStackStore.Cancellation.Reason?]] = []
        /// The reasons of counts and counters.
        var others: [DynamoDB.Item: DynamoDBStackStore.Cancellation.Reason?] = [:]
        var bound: DynamoDBStackStore.Cancellation.Reason?

        /// - Returns: nil if their number is not that of the items.
        init?(_ reasons: [DynamoDBStackStore.Cancellation.Reason?], of members: [Member]) {
            let keys = members.counts + members.counters
            guard reasons.count == members.reduce(keys.count + 1, { $0 + $1.keys.count }) else { return nil }
            var left = reasons[...]
            for member in members {
                claims.append(Array(left.prefix(member.keys.count)))
                left = left.dropFirst(member.keys.count)
            }
            others = Dictionary(zip(keys, left)) { first, _ in first }
            bound = reasons.last ?? nil
        }
    }
}

extension ReservationBatch.Member {
    /// Returns true if the user's count, as the cancelled transaction met it, would have refused this reservation alone as well.
    fileprivate func isRefused(byCountIn found: FoundItems) -> Bool {
        do {
            let stacks: Int? = try count.flatMap { try found[$0]?.integerIfPresent(Attribute.stacks) }
            return stacks.map { $0 >= limits.stacksPerUser } ?? false
        } catch {
            // The reservation meets the unreadable count alone.
            return false
        }
    }
}

extension [ReservationBatch.Member] {
    fileprivate var requested: ResourceAmount { reduce(.zero) { $0 + $1.record.requested } }

    /// The stack counts of their users, each once.
    fileprivate var counts: [DynamoDB.Item] { compactMap(\.count).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }

    /// Their counters, each once.
    fileprivate var counters: [DynamoDB.Item] { map(\.counter).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}

extension ResourceAmount {
    /// Returns the smaller of the two amounts of each resource.
    func minimum(_ other: ResourceAmount) -> ResourceAmount {
        ResourceAmount(cpuMilli: min(cpuMilli, other.cpuMilli), memoryBytes: min(memoryBytes, other.memoryBytes))
    }

    static let unlimited = ResourceAmount(cpuMilli: .max, memoryBytes: .max)
}
