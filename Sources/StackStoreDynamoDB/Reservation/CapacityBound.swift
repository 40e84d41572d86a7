import DynamoDB
import Stacks

/// The capacity item: a bound that the sum of all requests never exceeds.
///
/// Each reservation adds to it, on condition that it stays within the budget. A removal does not touch it, so that removals never wait for
/// one another; the sum falls and the bound stays. A reservation that the bound refuses corrects it by the difference to the counters.
struct CapacityBound: Sendable, Equatable {
    /// Increases with each change that is no mere addition; nil if there is no item.
    var version: Int64?
    /// nil if there is no bound, or an earlier version of this program has changed the item since.
    var reserved: ResourceAmount?

    init(version: Int64? = nil, reserved: ResourceAmount? = nil) {
        self.version = version
        self.reserved = reserved
    }

    /// - Throws: ``StoreError/unavailable(_:)`` if the version is unreadable. An unreadable bound is none, and is written anew.
    init(_ item: ItemReader?) throws {
        version = try item?.integerIfPresent(Attribute.version)
        do {
            let boundVersion: Int64? = try item?.integerIfPresent(Attribute.boundVersion)
            reserved = boundVersion != nil && boundVersion == version ? try item?.reserved : nil
        } catch StoreError.unavailable {
            reserved = nil
        }
    }
}

/// The change of the capacity bound that a reservation makes in its transaction.
enum CapacityChange: Equatable {
    /// Adds the request, on condition that the bound is at most this amount.
    case add(to: ResourceAmount)
    /// Lowers the bound by `excess` and adds the request, on condition that nobody has corrected it since `version` and that it is at most
    /// `maximum`.
    ///
    /// The bound may have grown since it was read: what was added is in the sum too, so the excess stays true.
    case correct(version: Int64, excess: ResourceAmount, maximum: ResourceAmount)
    /// Sets the bound to this amount, on condition that the version is still this one.
    case set(version: Int64?, ResourceAmount)
}

extension Findings {
    /// Returns the change of the capacity bound for a reservation that fits.
    func capacityChange(for record: StackRecord, within budget: ResourceAmount) -> CapacityChange {
        guard let version = capacity.version, let bound = capacity.reserved else {
            return .set(version: capacity.version, reserved + record.requested)
        }
        let maximum = budget - record.requested
        if bound.covers(reserved), maximum.covers(bound) { return .add(to: maximum) }
        let excess = bound - reserved
        return .correct(version: version, excess: excess, maximum: maximum + excess)
    }

    /// The bound after the change.
    func bound(after change: CapacityChange, for record: StackRecord) -> ResourceAmount? {
        if case .add = change { return capacity.reserved.map { $0 + record.requested } }
        return reserved + record.requested
    }
}

extension CapacityChange {
    /// Returns the write of the capacity item.
    func write(adding amount: ResourceAmount, in table: String) -> DynamoDB.TransactWriteItem {
        var update = DynamoDB.Update(key: ItemKey.capacityBound, tableName: table, updateExpression: "")
        switch self {
        case .add(let maximum):
            update.conditionExpression = "version = bound_version AND cpu_milli <= :cpu_maximum AND memory_bytes <= :memory_maximum"
            update.updateExpression = "ADD cpu_milli :cpu, memory_bytes :memory"
            update.expressionAttributeValues = Self.values(amount, maximum: maximum)
        case .correct(let version, let excess, let maximum):
            update.conditionExpression =
                "version = :seen AND bound_version = :seen AND cpu_milli <= :cpu_maximum AND memory_bytes <= :memory_maximum"
            update.updateExpression = "SET version = :next, bound_version = :next ADD cpu_milli :cpu, memory_bytes :memory"
            update.expressionAttributeValues = Self.values(amount - excess, maximum: maximum).merging(Self.versions(version)) { $1 }
        case .set(let version, let reserved):
            update.conditionExpression = version == nil ? "attribute_not_exists(version)" : "version = :seen"
            update.updateExpression = "SET version = :next, bound_version = :next, cpu_milli = :cpu, memory_bytes = :memory"
            update.expressionAttributeValues = Self.values(reserved).merging(Self.versions(version)) { $1 }
        }
        return DynamoDB.TransactWriteItem(update: update)
    }

    private static func values(_ amount: ResourceAmount, maximum: ResourceAmount? = nil) -> DynamoDB.Item {
        var values: DynamoDB.Item = [":cpu": .n(String(amount.cpuMilli)), ":memory": .n(String(amount.memoryBytes))]
        values[":cpu_maximum"] = maximum.map { .n(String($0.cpuMilli)) }
        values[":memory_maximum"] = maximum.map { .n(String($0.memoryBytes)) }
        return values
    }

    private static func versions(_ seen: Int64?) -> DynamoDB.Item {
        var values: DynamoDB.Item = [":next": .n(String((seen ?? 0) &+ 1))]
        values[":seen"] = seen.map { .n(String($0)) }
        return values
    }
}

/// The capacity bound as this process knows it. Other replicas add to it meanwhile, so it only tells whether a read can be left out.
struct CapacityHint: Sendable {
    private var bound: ResourceAmount?
    /// True while a replica of an earlier version lives, which may reserve without adding to the bound.
    private var isDistrusted = false

    /// nil if the counters have to be read.
    var value: ResourceAmount? { isDistrusted ? nil : bound }

    mutating func know(_ bound: ResourceAmount?) { self.bound = isDistrusted ? nil : bound }

    mutating func add(_ amount: ResourceAmount) { bound = value.map { $0 + amount } }

    mutating func hasSeen(earlierReplica: Bool) {
        isDistrusted = earlierReplica
        if earlierReplica { bound = nil }
    }
}
