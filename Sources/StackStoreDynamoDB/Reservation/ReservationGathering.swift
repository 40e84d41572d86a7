import DynamoDB
import Stacks

/// Chooses the reservations of a batch.
struct ReservationGathering {
    private(set) var members: [ReservationBatch.Member]
    private var keys: Set<DynamoDB.Item>
    /// Counts and counters.
    private var shared: Set<DynamoDB.Item>
    private var specBytes: Int
    private var requested: ResourceAmount
    private var total: ResourceAmount
    private let hint: ResourceAmount

    /// - Parameter hint: the capacity bound as last known.
    init(_ first: ReservationBatch.Member, hint: ResourceAmount) {
        members = [first]
        keys = Set(first.keys)
        shared = first.shared
        specBytes = first.record.podSpec.utf8.count
        requested = first.record.requested
        total = first.limits.total
        self.hint = hint
    }

    /// Adds a reservation, unless it has to be alone, it claims an item of another, or transaction, capacity bound or its user's limit have
    /// no room for it.
    /// - Returns: true if it was added.
    mutating func add(_ member: ReservationBatch.Member) -> Bool {
        // This is all that is looked at once the transaction is full.
        guard keys.count + member.keys.count + shared.count < ReservationBatch.maximumItems else { return false }
        guard member.progress.isShareable else { return false }
        let shared = shared.union(member.shared)
        // One more item is the capacity bound.
        guard keys.count + member.keys.count + shared.count < ReservationBatch.maximumItems else { return false }
        let specBytes = specBytes + member.record.podSpec.utf8.count
        guard specBytes <= ReservationBatch.maximumSpecBytes, keys.isDisjoint(with: member.keys) else { return false }
        let ofUser = members.filter { $0.count != nil && $0.count == member.count } + [member]
        guard ofUser.allSatisfy({ ofUser.count <= $0.limits.stacksPerUser }) else { return false }
        let requested = requested + member.record.requested
        // Amounts are clamped to 64 bits, and a clamped sum would be written as it is.
        guard requested - member.record.requested == self.requested else { return false }
        let total = total.minimum(member.limits.total)
        guard total.covers(hint + requested) else { return false }
        members.append(member)
        keys.formUnion(member.keys)
        (self.shared, self.specBytes, self.requested, self.total) = (shared, specBytes, requested, total)
        return true
    }
}

extension ReservationBatch.Member {
    fileprivate var shared: Set<DynamoDB.Item> { Set([counter] + (count.map { [$0] } ?? [])) }
}
