import DynamoDB
import FoundationEssentials
import Stacks

/// The keys of every kind of item in the table; docs/dynamodb.md shows their uses.
enum ItemKey {
    /// The partitions of rows. Never change the range: stored keys contain it.
    static let stackShards = 0..<8
    /// The items over which the capacity counters are spread. Never change the range.
    static let capacityShards = 0..<32

    /// The row of a stack.
    static func stack(_ id: StackID) -> DynamoDB.Item {
        make(stacks(shard: shard(of: id)), id.description)
    }

    /// The partition with the rows of a shard.
    static func stacks(shard: Int) -> String { "STACKS#\(shard)" }

    /// The lock that makes `(user, problem)` unique; also the index of a user's stacks.
    static func lock(user: Int64, problem: Int64) -> DynamoDB.Item {
        make(self.user(user), lockPrefix + String(problem))
    }

    /// The partition with the locks of a user and their count.
    static func user(_ id: Int64) -> String { "USER#\(id)" }

    static let lockPrefix = "PROBLEM#"

    /// The index entry of a user's stack in state `failed`, which has no lock.
    static func failed(user: Int64, _ id: StackID) -> DynamoDB.Item {
        make(self.user(user), "FAILED#\(id)")
    }

    /// The stack count of a user.
    static func count(user: Int64) -> DynamoDB.Item {
        make(self.user(user), "COUNT")
    }

    /// The item that makes a NodePort unique.
    static func port(_ nodePort: Int) -> DynamoDB.Item {
        make("PORT#\(nodePort)", "PORT")
    }

    /// The item that makes an idempotency key unique.
    static func idempotency(_ key: String) -> DynamoDB.Item {
        make("KEY#\(key)", "KEY")
    }

    /// The prefix of the partitions in which earlier versions kept an item for each stack, ordered by expiry. Nothing reads them any more.
    static let obsoleteExpiries = "EXPIRY"

    /// The capacity counter of a stack. It follows from the id, so that additions and subtractions reach the same counter.
    static func capacity(_ id: StackID) -> DynamoDB.Item {
        let shard = Int(id.bits & 0xFF) % capacityShards.count
        return make(capacity, shard < 10 ? "0\(shard)" : "\(shard)")
    }

    /// The partition with all counters; one query reads them for the price of a small item.
    static let capacity = "CAPACITY"
    /// A sort key after the counters, which are two digits, and before the capacity bound.
    static let endOfCounters = "A"

    /// The bound of the sum of the counters, which every reservation adds to.
    static let capacityBound = make(capacity, "GATE")

    /// The heartbeat of a replica.
    static func replica(_ name: String) -> DynamoDB.Item {
        make(replicas, name)
    }

    /// The lock of a copy. A replica's name, a host name and a UUID, cannot equal this key.
    static let copy = make(replicas, "COPY")

    /// The partition with the heartbeats and the copy lock; one query reads both.
    static let replicas = "REPLICA"

    /// Table-wide data: the installation id and the version of the items.
    static let meta = make("META", "META")

    /// The totals of the system that this one replaces, in a table with the same keys.
    static let predecessor = make("GLOBAL", "RESOURCES")

    private static func make(_ partition: String, _ sort: String) -> DynamoDB.Item {
        [Attribute.partitionKey: .s(partition), Attribute.sortKey: .s(sort)]
    }

    private static func shard(of id: StackID) -> Int {
        Int(id.bits & 0xF) % stackShards.count
    }
}

/// Attribute names in the table. Names that DynamoDB reserves are written `#state`, `#owner` … in expressions.
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
    /// A list of maps with container port, protocol, name and NodePort, in a stack with several ports.
    static let ports = "ports"
    static let egress = "egress"
    static let failureReason = "failure_reason"
    static let failureMessage = "failure_message"
    static let nodeID = "node_id"
    static let cpuMilli = "cpu_milli"
    static let memoryBytes = "memory_bytes"
    static let createdAt = "created_at"
    static let updatedAt = "updated_at"
    static let expiresAt = "expires_at"
    /// The number of corrections in the item `capacityBound`; the version of the table's items in the item `meta`; the way in which a
    /// replica reserves in its heartbeat.
    static let version = "version"
    /// The version with which the capacity bound was last corrected. Earlier versions of this program change only `version`.
    static let boundVersion = "bound_version"
    static let installationID = "installation_id"
    /// The number of stacks in the stack count of a user.
    static let stacks = "stacks"
    /// The id of the copy in the copy lock.
    static let token = "token"
    /// The seconds since 1970 after which DynamoDB may delete the item.
    static let timeToLive = "ttl"
}
