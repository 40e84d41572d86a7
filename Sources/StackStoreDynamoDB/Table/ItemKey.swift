import DynamoDB
import FoundationEssentials
import Stacks

/// The keys of every kind of item in the table; docs/dynamodb.md shows them with their uses.
enum ItemKey {
    /// The partitions over which the rows of stacks, and their expiries, are spread. Never to be changed: the keys in a table hold it.
    static let stackShards = 0..<8
    /// The items over which the sum of what stacks request is spread. Never to be changed either.
    static let capacityShards = 0..<32

    /// The row of a stack.
    static func stack(_ id: StackID) -> DynamoDB.Item {
        make(stacks(shard: shard(of: id)), id.description)
    }

    /// The partition with the rows of a shard.
    static func stacks(shard: Int) -> String { "STACKS#\(shard)" }

    /// What makes `(user, problem)` unique, and finds the stacks of a user.
    static func lock(user: Int64, problem: Int64) -> DynamoDB.Item {
        make(self.user(user), lockPrefix + String(problem))
    }

    /// The partition with the locks of a user and their count.
    static func user(_ id: Int64) -> String { "USER#\(id)" }

    static let lockPrefix = "PROBLEM#"

    /// How many stacks a user has.
    static func count(user: Int64) -> DynamoDB.Item {
        make(self.user(user), "COUNT")
    }

    /// What makes a node port unique.
    static func port(_ nodePort: Int) -> DynamoDB.Item {
        make("PORT#\(nodePort)", "PORT")
    }

    /// What makes an idempotency key unique.
    static func idempotency(_ key: String) -> DynamoDB.Item {
        make("KEY#\(key)", "KEY")
    }

    /// Finds a stack by the end of its time.
    static func expiry(_ record: StackRecord) -> DynamoDB.Item {
        make(expiries(shard: shard(of: record.id)), moment(record.expiresAt.microseconds) + "#" + record.id.description)
    }

    /// The partition with the expiries of a shard, in the order of time.
    static func expiries(shard: Int) -> String { "EXPIRY#\(shard)" }

    /// Microseconds since 1970 so that text sorts as time does.
    static func moment(_ microseconds: Int64, plus more: Int64 = 0) -> String {
        let (sum, overflow) = microseconds.addingReportingOverflow(more)
        let digits = String(overflow ? .max : max(0, sum))
        return String(repeating: "0", count: 19 - digits.count) + digits
    }

    /// One of the counters of what stacks request. It follows from the id, so that what was added to one is subtracted from the same.
    static func capacity(_ id: StackID) -> DynamoDB.Item {
        let shard = hexadecimal(id, digits: 2) % capacityShards.count
        return make(capacity, shard < 10 ? "0\(shard)" : "\(shard)")
    }

    /// The partition with all counters: they are read by one query, for the price of one small item.
    static let capacity = "CAPACITY"
    /// Sorts behind the counters, which are two digits, and before the gate.
    static let endOfCounters = "A"

    /// Changed by every reservation that is made where the budget is nearly used up.
    static let gate = make(capacity, "GATE")

    /// A sign of life.
    static func replica(_ name: String) -> DynamoDB.Item {
        make(replicas, name)
    }

    /// The mark of a copy. No replica's name is like that: it holds the name of a host and a UUID.
    static let copy = make(replicas, "COPY")

    /// The partition with the signs of life and the mark of a copy: one query reads both.
    static let replicas = "REPLICA"

    /// What is true of the table as a whole: its installation id, and the version of its items.
    static let meta = make("META", "META")

    /// The item in which the system that this one replaces keeps its totals, in a table with the same keys.
    static let predecessor = make("GLOBAL", "RESOURCES")

    private static func make(_ partition: String, _ sort: String) -> DynamoDB.Item {
        [Attribute.partitionKey: .s(partition), Attribute.sortKey: .s(sort)]
    }

    private static func shard(of id: StackID) -> Int {
        hexadecimal(id, digits: 1) % stackShards.count
    }

    private static func hexadecimal(_ id: StackID, digits: Int) -> Int {
        id.description.suffix(digits).reduce(0) { $0 * 16 + ($1.hexDigitValue ?? 0) }
    }
}

/// The names of attributes, as they stand in the table. Those among them that DynamoDB reserves are written `#state`, `#owner` … in
/// expressions.
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
enum Attribute {
    static let partitionKey = "pk"
    static let sortKey = "sk"
    static let stackID = "stack_id"
    static let userID = "user_id"
    static let problemID = "problem_id"
    static let state = "state"
    static let owner = "owner"
    static let idempotencyKey = "idempotency_key"
    static let requestDigest = "request_digest"
    static let namespace = "namespace"
    static let podSpec = "pod_spec"
    static let containerPort = "container_port"
    static let transport = "protocol"
    static let portName = "port_name"
    static let nodePort = "node_port"
    static let nodeID = "node_id"
    static let cpuMilli = "cpu_milli"
    static let memoryBytes = "memory_bytes"
    static let createdAt = "created_at"
    static let updatedAt = "updated_at"
    static let expiresAt = "expires_at"
    /// Of the gate: how often it was passed. Of the table: how its items are to be read.
    static let version = "version"
    static let installationID = "installation_id"
    /// Of the count of a user.
    static let stacks = "stacks"
    /// Of the mark of a copy: whose it is.
    static let token = "token"
    /// Seconds since 1970, after which DynamoDB may delete the item by itself.
    static let timeToLive = "ttl"
}
