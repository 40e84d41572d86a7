import PodPolicy
import Stacks

/// A stack in responses.
struct StackBody: JSONWritable {
    private let stack: Stack

    init(_ stack: Stack) { self.stack = stack }

    func write(to json: inout JSONWriter) { json.object(fields) }

    /// Writes the fields into an object that may have more after them.
    func fields(_ json: inout JSONWriter) {
        let record = stack.record
        let id = record.id.description
        json.field("created_at", record.createdAt.rfc3339)
        json.field("egress", record.egress.rawValue)
        json.field("message", stack.message)
        json.field("namespace", record.namespace)
        json.field("node_id", record.nodeID)
        json.field("node_port", record.shownNodePort)
        json.field("node_public_ip", stack.nodePublicIP)
        json.field("pod_id", id)
        json.field("pod_spec", record.podSpec)
        json.array("ports", record.ports.lazy.map(PortBody.init))
        json.field("problem_id", record.problemID)
        json.field("ready", stack.isReady)
        json.field("reason", stack.reason)
        json.field("requested_cpu_milli", record.requestedCPUMilli)
        json.field("requested_memory_bytes", record.requestedMemoryBytes)
        json.field("service_name", record.id.serviceName)
        json.field("stack_id", id)
        json.field("status", stack.status.rawValue)
        json.field("target_port", record.port.containerPort)
        json.field("ttl_expires_at", record.expiresAt.rfc3339)
        json.field("updated_at", record.updatedAt.rfc3339)
        json.field("user_id", record.userID)
    }
}

struct PortBody: JSONWritable {
    private let port: PortMapping

    init(_ port: PortMapping) { self.port = port }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("container_port", port.exposed.containerPort)
            json.field("node_port", port.shownNodePort)
            json.field("protocol", port.exposed.protocol.rawValue)
        }
    }
}

extension PortMapping {
    /// Nil for a port that has none.
    fileprivate var shownNodePort: Int? { nodePort == PortMapping.none ? nil : nodePort }
}

extension StackRecord {
    fileprivate var shownNodePort: Int? { ports.first?.shownNodePort }
}

struct StatusBody: JSONWritable {
    private let stack: Stack

    init(_ stack: Stack) { self.stack = stack }

    func write(to json: inout JSONWriter) {
        let record = stack.record
        json.object { json in
            json.field("message", stack.message)
            json.field("node_port", record.shownNodePort)
            json.field("node_public_ip", stack.nodePublicIP)
            json.array("ports", record.ports.lazy.map(PortBody.init))
            json.field("ready", stack.isReady)
            json.field("reason", stack.reason)
            json.field("stack_id", record.id.description)
            json.field("status", stack.status.rawValue)
            json.field("target_port", record.port.containerPort)
            json.field("ttl", record.expiresAt.rfc3339)
        }
    }
}

struct StackPageBody: JSONWritable {
    var page: StackPage

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("next_cursor", page.next?.text)
            json.array("stacks", page.stacks.lazy.map(StackBody.init))
        }
    }
}

struct UserStacksBody: JSONWritable {
    var userID: Int64
    var stacks: [Stack]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.array("stacks", stacks.lazy.map(StackBody.init))
            json.field("user_id", userID)
        }
    }
}

struct DeletedBody: Encodable {
    var deleted: Bool
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
