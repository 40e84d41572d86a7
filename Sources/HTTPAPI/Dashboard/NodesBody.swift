import Stacks

/// The nodes in the response to `GET /dashboard/overview`.
struct NodesBody: Encodable {
    /// One resource of a node.
    struct Dimension: Encodable {
        /// Null if the node does not report the resource.
        @Nullable var allocatable: Int64?
        /// The requests of all Pods on the node.
        var requested: Int64
        /// The part that stacks request.
        var stacks: Int64

        init(_ dimension: NodeCapacity.Dimension) {
            allocatable = dimension.allocatable
            requested = dimension.requested
            stacks = dimension.stacks
        }
    }

    struct Node: Encodable {
        var name: String
        /// The reason for which the node is no capacity for stacks; null for a node that counts.
        @Nullable var notCounted: String?
        var cpuMilli: Dimension
        var memoryBytes: Dimension
        var ephemeralStorageBytes: Dimension
        var pods: Dimension

        enum CodingKeys: String, CodingKey {
            case name, pods
            case notCounted = "not_counted"
            case cpuMilli = "cpu_milli"
            case memoryBytes = "memory_bytes"
            case ephemeralStorageBytes = "ephemeral_storage_bytes"
        }

        init(_ node: NodeCapacity) {
            name = node.name
            notCounted = node.exclusion?.rawValue
            cpuMilli = Dimension(node.cpuMilli)
            memoryBytes = Dimension(node.memoryBytes)
            ephemeralStorageBytes = Dimension(node.ephemeralStorageBytes)
            pods = Dimension(node.pods)
        }
    }

    var total: Int
    /// The number of nodes that are no capacity for stacks, by reason.
    var notCounted: [String: Int]
    /// At most ``NodeReport/limit`` nodes.
    var fullest: [Node]

    enum CodingKeys: String, CodingKey {
        case total, fullest
        case notCounted = "not_counted"
    }

    init(_ report: NodeReport) {
        total = report.total
        notCounted = Dictionary(uniqueKeysWithValues: report.excluded.map { ($0.rawValue, $1) })
        fullest = report.fullest.map(Node.init)
    }
}
