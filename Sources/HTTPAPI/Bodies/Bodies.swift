import FoundationEssentials
import PodPolicy
import Stacks

/// A stack in responses.
struct StackBody: Encodable {
    var stackID: String
    @Nullable var userID: Int64?
    @Nullable var problemID: Int64?
    var podID: String
    var namespace: String
    @Nullable var nodeID: String?
    @Nullable var nodePublicIP: String?
    var podSpec: String
    var targetPort: Int
    @Nullable var nodePort: Int?
    var ports: [PortBody]
    var serviceName: String
    var egress: String
    var status: String
    var ready: Bool
    @Nullable var reason: String?
    @Nullable var message: String?
    var ttlExpiresAt: String
    var createdAt: String
    var updatedAt: String
    var requestedCPUMilli: Int64
    var requestedMemoryBytes: Int64

    enum CodingKeys: String, CodingKey {
        case stackID = "stack_id"
        case userID = "user_id"
        case problemID = "problem_id"
        case podID = "pod_id"
        case namespace
        case nodeID = "node_id"
        case nodePublicIP = "node_public_ip"
        case podSpec = "pod_spec"
        case targetPort = "target_port"
        case nodePort = "node_port"
        case ports
        case serviceName = "service_name"
        case egress, status, ready, reason, message
        case ttlExpiresAt = "ttl_expires_at"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case requestedCPUMilli = "requested_cpu_milli"
        case requestedMemoryBytes = "requested_memory_bytes"
    }

    init(_ stack: Stack) {
        let record = stack.record
        stackID = record.id.description
        userID = record.userID
        problemID = record.problemID
        podID = record.id.podName
        namespace = record.namespace
        nodeID = record.nodeID
        nodePublicIP = stack.nodePublicIP
        podSpec = record.podSpec
        targetPort = record.port.containerPort
        ports = record.ports.map(PortBody.init)
        nodePort = ports.first?.nodePort
        serviceName = record.id.serviceName
        egress = record.egress.rawValue
        status = stack.status.rawValue
        ready = stack.isReady
        reason = stack.reason
        message = stack.message
        ttlExpiresAt = record.expiresAt.rfc3339
        createdAt = record.createdAt.rfc3339
        updatedAt = record.updatedAt.rfc3339
        requestedCPUMilli = record.requestedCPUMilli
        requestedMemoryBytes = record.requestedMemoryBytes
    }
}

struct PortBody: Encodable {
    var containerPort: Int
    var `protocol`: String
    @Nullable var nodePort: Int?

    enum CodingKeys: String, CodingKey {
        case containerPort = "container_port"
        case `protocol`
        case nodePort = "node_port"
    }

    init(_ port: PortMapping) {
        containerPort = port.exposed.containerPort
        `protocol` = port.exposed.protocol.rawValue
        nodePort = port.nodePort == PortMapping.none ? nil : port.nodePort
    }
}

struct StatusBody: Encodable {
    var stackID: String
    var status: String
    var ready: Bool
    var ttl: String
    @Nullable var nodePort: Int?
    var targetPort: Int
    var ports: [PortBody]
    @Nullable var nodePublicIP: String?
    @Nullable var reason: String?
    @Nullable var message: String?

    enum CodingKeys: String, CodingKey {
        case stackID = "stack_id"
        case status, ready, ttl
        case nodePort = "node_port"
        case targetPort = "target_port"
        case ports
        case nodePublicIP = "node_public_ip"
        case reason, message
    }

    init(_ stack: Stack) {
        stackID = stack.record.id.description
        status = stack.status.rawValue
        ready = stack.isReady
        ttl = stack.record.expiresAt.rfc3339
        targetPort = stack.record.port.containerPort
        ports = stack.record.ports.map(PortBody.init)
        nodePort = ports.first?.nodePort
        nodePublicIP = stack.nodePublicIP
        reason = stack.reason
        message = stack.message
    }
}

struct StackListBody: Encodable {
    var stacks: [StackBody]
}

struct UserStacksBody: Encodable {
    var userID: Int64
    var stacks: [StackBody]

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case stacks
    }
}

struct DeletedBody: Encodable {
    var deleted = true
    var stackID: String

    enum CodingKeys: String, CodingKey {
        case deleted
        case stackID = "stack_id"
    }
}

struct StatsBody: Encodable {
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

    init(_ stats: StackStats) {
        totalStacks = stats.totalStacks
        activeStacks = stats.activeStacks
        nodeDistribution = stats.nodeDistribution
        usedNodePorts = stats.usedNodePorts
        reservedCPUMilli = stats.reserved.cpuMilli
        reservedMemoryBytes = stats.reserved.memoryBytes
    }
}

struct ReadinessBody: Encodable {
    struct State: Encodable {
        var status: String
        var message: String?
    }

    var status: String
    var dependencies: [String: State]
}

/// A field that is encoded as null without a value, so that the key is always present.
@propertyWrapper
struct Nullable<Value: Encodable>: Encodable {
    var wrappedValue: Value?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue {
            try container.encode(wrappedValue)
        } else {
            try container.encodeNil()
        }
    }
}

extension Date {
    /// The date in RFC 3339, in UTC, cut off to milliseconds. Computed from the microseconds, since the formatter could cut off one more
    /// millisecond from a binary fraction just below it.
    var rfc3339: String {
        let milliseconds = (Double(microseconds) / 1000).rounded(.down)
        return Date(timeIntervalSince1970: (milliseconds + 0.5) / 1000).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
