import DynamoDB
package import Stacks

/// A contradiction between two items of a table.
package enum Discrepancy: Sendable, Hashable {
    /// An item held by a stack that has no row. It blocks its port, lock or key.
    case dangling(pk: String, sk: String, holder: StackID)
    /// The stored stack count of a user, and the number of rows.
    case count(user: Int64, found: Int64, expected: Int64)
    /// The value of a capacity counter, and the sum of its rows.
    case counter(String, found: ResourceAmount, expected: ResourceAmount)
    /// An unreadable item, described in a sentence for the operator.
    case unreadable(String)
    /// A count in the format of the system that this one replaces.
    case predecessor(pk: String)
    /// An item that earlier versions wrote and nothing reads any more.
    case obsolete(pk: String, sk: String)

    /// A sentence for the operator.
    package var sentence: String {
        switch self {
        case .dangling(let pk, let sk, let holder): "item \(pk) / \(sk) is held by \(holder), of which there is no row"
        case .count(let user, let found, let expected): "item USER#\(user) / COUNT says \(found) stacks; there are \(expected)"
        case .counter(let name, let found, let expected):
            "item \(ItemKey.capacity) / \(name) says \(found.cpuMilli) milli-cores and \(found.memoryBytes) bytes; "
                + "its stacks request \(expected.cpuMilli) and \(expected.memoryBytes)"
        case .unreadable(let reason): reason
        case .predecessor(let pk):
            "item \(pk) / COUNT is of the system that this one replaces (it has stack_count and no stacks): choose another table"
        case .obsolete(let pk, let sk): "item \(pk) / \(sk) is of an earlier version; nothing needs it any more"
        }
    }

    /// True if ``StackTable/repair(_:)`` can repair it.
    package var canBeRepaired: Bool {
        switch self {
        case .dangling, .count, .counter, .obsolete: true
        case .unreadable, .predecessor: false
        }
    }
}

/// The counter values that follow from the rows.
struct Books: Equatable {
    var stacks: [Int64: Int64] = [:]
    /// The reserved amounts by the sort key of the counter.
    var reserved: [String: ResourceAmount] = [:]

    init(_ records: [StackRecord]) {
        for record in records where record.state != .failed {
            if let lock = record.lock { stacks[lock.userID, default: 0] += 1 }
            reserved[Self.counter(of: record.id), default: .zero] += record.requested
        }
    }

    /// Returns every counter with another value. A missing counter counts as 0.
    func discrepancies(counts: [Int64: Int64], counters: [String: ResourceAmount]) -> [Discrepancy] {
        let users = Set(stacks.keys).union(counts.keys).sorted().compactMap { user -> Discrepancy? in
            let (found, expected) = (counts[user] ?? 0, stacks[user] ?? 0)
            return found == expected ? nil : .count(user: user, found: found, expected: expected)
        }
        let shards = Set(reserved.keys).union(counters.keys).sorted().compactMap { name -> Discrepancy? in
            let (found, expected) = (counters[name] ?? .zero, reserved[name] ?? .zero)
            return found == expected ? nil : .counter(name, found: found, expected: expected)
        }
        return users + shards
    }

    private static func counter(of id: StackID) -> String {
        guard case .s(let name) = ItemKey.capacity(id)[Attribute.sortKey] else { return "" }
        return name
    }
}
