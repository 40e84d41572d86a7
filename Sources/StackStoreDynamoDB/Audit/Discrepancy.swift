import DynamoDB
package import Stacks

/// Two items of a table that contradict each other.
package enum Discrepancy: Sendable, Hashable {
    /// An item that is held by a stack of which there is no row. Nobody else can have what it stands for.
    case dangling(pk: String, sk: String, holder: StackID)
    /// How many stacks a user has, as it is counted and as there are rows.
    case count(user: Int64, found: Int64, expected: Int64)
    /// What the stacks of one counter request, as it is counted and as the rows say.
    case counter(String, found: ResourceAmount, expected: ResourceAmount)
    /// An item that cannot be read, in a sentence: somebody has to look at it.
    case unreadable(String)
    /// A count as the system writes it that this one replaces.
    case predecessor(pk: String)

    /// One sentence for the operator.
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
        }
    }

    /// Whether ``StackTable/repair(_:)`` knows what to do.
    package var canBeRepaired: Bool {
        switch self {
        case .dangling, .count, .counter: true
        case .unreadable, .predecessor: false
        }
    }
}

/// What rows say that the counters should say.
struct Books: Equatable {
    var stacks: [Int64: Int64] = [:]
    /// By the sort key of the counter.
    var reserved: [String: ResourceAmount] = [:]

    init(_ records: [StackRecord]) {
        for record in records {
            stacks[record.userID, default: 0] += 1
            reserved[Self.counter(of: record.id), default: .zero] += record.requested
        }
    }

    /// Every counter that says something else. One that does not exist says nothing, and nothing is what it should say then.
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
