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
        /// The capacity bound has no room for all, and nothing of this reservation's own is in the way.
        case again
        /// The reason cannot be told apart from that of others, so the reservation is tried alone: its user has no room for all in the
        /// transaction, or the transaction failed as a whole.
        case alone
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    static let maximumItems = 100
    /// Half of the 4 MB that DynamoDB allows, since the other attributes need much less than a Pod spec.
    static let maximumSpecBytes = 2_000_000

    let members: [Member]
    /// One for each reservation; nil until it is decided.
    private(set) var answers: [Answer?]
    private var mayBeWritten = false

    init(_ members: [Member]) {
        self.members = members
        answers = members.map { _ in nil }
    }

    var isDecided: Bool { answers.allSatisfy { $0 != nil } }

    /// The positions of the reservations without an answer, which the next transaction has.
    private var open: [Int] { members.indices.filter { answers[$0] == nil } }

    /// The reservations of the next transaction.
    private var rest: [Member] { open.map { members[$0] } }

    /// The sum of what the reservations of the next transaction request.
    var requested: ResourceAmount { rest.requested }

    /// Returns the next transaction: what each reservation claims, each user's count, each counter, the capacity bound.
    func transaction(in table: String) -> [DynamoDB.TransactWriteItem] {
        let rest = rest
        let claims = rest.flatMap { $0.record.claims(in: table) }
        let counts = rest.counts.flatMap { count in
            let own = rest.filter { $0.count == count }
            let limit = own.reduce(Int.max) { min($0, $1.limits.stacksPerUser) }
            return own.first?.record.countChange(by: own.count, limit: limit - own.count + 1, in: table) ?? []
        }
        let additions = rest.counters.map { counter in
            DynamoDB.TransactWriteItem.addition(of: rest.filter { $0.counter == counter }.requested, to: counter, in: table)
        }
        let total = rest.map(\.limits.total).reduce(ResourceAmount.unlimited) { $0.minimum($1) }
        return claims + counts + additions + [CapacityChange.add(to: total - rest.requested).write(adding: rest.requested, in: table)]
    }

    /// Notes that the transaction was made.
    mutating func succeeded() { answer(open, with: .written) }

    /// Notes that the transaction failed as a whole. It may have taken effect all the same.
    mutating func failed() {
        mayBeWritten = true
        answer(open, with: .alone)
    }

    /// Notes that the transaction was cancelled. At least one reservation is decided by that.
    mutating func cancelled(_ cancellation: DynamoDBStackStore.Cancellation) {
        if cancellation.reasons.contains(.contended) { mayBeWritten = true }
        guard let reasons = Reasons(cancellation.reasons, of: rest) else { return answer(open, with: .alone) }
        let shared = Dictionary(grouping: rest.compactMap(\.count)) { $0 }.filter { $1.count > 1 }
        for (position, own) in zip(open, reasons.claims) {
            let (count, counter) = (members[position].count, reasons.others[members[position].counter] ?? nil)
            let countReason = count.flatMap { reasons.others[$0] ?? nil }
            let part = own + (count == nil ? [] : [countReason]) + [counter, reasons.bound]
            if let count, countReason == .conditionFailed, shared[count] != nil {
                answer([position], with: .alone)
            } else if reasons.bound == .contended || part.dropLast().contains(where: { $0 != nil }) {
                answer([position], with: .cancelled(DynamoDBStackStore.Cancellation(reasons: part, items: cancellation.items)))
            } else if reasons.bound == .conditionFailed {
                answer([position], with: .again)
            }
        }
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

    private mutating func answer(_ positions: [Int], with outcome: Outcome) {
        for position in positions { answers[position] = Answer(outcome: outcome, mayBeWritten: mayBeWritten) }
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
