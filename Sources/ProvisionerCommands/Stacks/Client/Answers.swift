/// Responses of the server. Unknown keys are ignored, so that a newer server can be used.
struct StackAnswer: Decodable, Equatable, Sendable {
    var stackID: String
    var userID: Int64?
    var problemID: Int64?
    var nodeID: String?
    var nodePublicIP: String?
    var podSpec: String?
    var ports: [PortAnswer]?
    var egress: String?
    var status: String
    var ready: Bool?
    var reason: String?
    var message: String?
    var ttlExpiresAt: String?
    var createdAt: String?
    var requestedCPUMilli: Int64?
    var requestedMemoryBytes: Int64?
    /// Only in the response to a create.
    var warnings: [WarningAnswer]?

    enum CodingKeys: String, CodingKey {
        case stackID = "stack_id"
        case userID = "user_id"
        case problemID = "problem_id"
        case nodeID = "node_id"
        case nodePublicIP = "node_public_ip"
        case podSpec = "pod_spec"
        case ports, egress, status, ready, reason, message, warnings
        case ttlExpiresAt = "ttl_expires_at"
        case createdAt = "created_at"
        case requestedCPUMilli = "requested_cpu_milli"
        case requestedMemoryBytes = "requested_memory_bytes"
    }
}

struct PortAnswer: Decodable, Equatable, Sendable {
    var containerPort: Int
    var `protocol`: String?
    var nodePort: Int?

    enum CodingKeys: String, CodingKey {
        case containerPort = "container_port"
        case `protocol`
        case nodePort = "node_port"
    }
}

struct WarningAnswer: Decodable, Equatable, Sendable {
    var path: String
    var message: String
}

struct StackListAnswer: Decodable, Equatable, Sendable {
    var stacks: [StackAnswer]
}

struct StatusAnswer: Decodable, Equatable, Sendable {
    var stackID: String
    var status: String
    var ready: Bool?
    var ttl: String?
    var ports: [PortAnswer]?
    var nodePublicIP: String?
    var reason: String?
    var message: String?

    enum CodingKeys: String, CodingKey {
        case stackID = "stack_id"
        case status, ready, ttl, ports, reason, message
        case nodePublicIP = "node_public_ip"
    }

    /// True if the stack cannot become ready any more.
    var isOver: Bool { ["stopped", "failed", "node_deleted"].contains(status) }
}

struct EventListAnswer: Decodable, Equatable, Sendable {
    var events: [EventAnswer]
}

struct EventAnswer: Decodable, Equatable, Sendable {
    var time: String?
    var type: String?
    var reason: String?
    var message: String?
    var count: Int?
    var object: String?
}

struct DeletedAnswer: Decodable, Equatable, Sendable {
    var deleted: Bool
    var stackID: String

    enum CodingKeys: String, CodingKey {
        case deleted
        case stackID = "stack_id"
    }
}

struct MarkedAnswer: Decodable, Equatable, Sendable {
    var marked: Int
}

struct StatsAnswer: Decodable, Equatable, Sendable {
    var totalStacks: Int
    var activeStacks: Int
    var nodeDistribution: [String: Int]
    var usedNodePorts: Int
    var reservedCPUMilli: Int64
    var reservedMemoryBytes: Int64

    enum CodingKeys: String, CodingKey {
        case totalStacks = "total_stacks"
        case activeStacks = "active_stacks"
        case nodeDistribution = "node_distribution"
        case usedNodePorts = "used_node_ports"
        case reservedCPUMilli = "reserved_cpu_milli"
        case reservedMemoryBytes = "reserved_memory_bytes"
    }
}

struct ErrorAnswer: Decodable, Equatable, Sendable {
    struct Detail: Decodable, Equatable, Sendable, CustomStringConvertible {
        var path: String
        var message: String
        var line: Int?
        var column: Int?

        var description: String {
            let place = line.map { line in "line \(line)" + (column.map { ", column \($0)" } ?? "") + ": " }
            return (place ?? "") + "\(path): \(message)"
        }
    }

    var error: String
    var code: String
    var details: [Detail]?
    var requestID: String?

    enum CodingKeys: String, CodingKey {
        case error, code, details
        case requestID = "request_id"
    }
}
