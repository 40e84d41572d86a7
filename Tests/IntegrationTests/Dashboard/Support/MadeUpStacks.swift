import Foundation
import TestBasics

/// Stacks that no cluster need have, as the API shows them.
enum MadeUpStacks {
    /// - Parameter changes: other values of keys.
    static func stack(_ number: Int, _ changes: [String: JSON] = [:]) -> JSON {
        let now = Date()
        let age = TimeInterval(number * 37 % 6900)
        let state = state(number)
        let id = id(number)
        var body: [String: JSON] = [
            "stack_id": .string(id), "user_id": .number(Double(100 + number / 5)), "problem_id": .number(Double(1 + number % 23)),
            "pod_id": .string(id), "namespace": .string("stacks"), "service_name": .string("svc-" + id), "egress": .string("none"),
            "node_id": .string("worker-\(1 + number % 6)"), "node_public_ip": .string("203.0.113.\(10 + number % 6)"),
            "pod_spec": .string("apiVersion: v1\nkind: Pod\n"), "target_port": .number(8080), "node_port": .number(Double(30000 + number)),
            "status": .string(state.status), "ready": .bool(state.isReady), "reason": state.reason.map { .string($0) } ?? .null,
            "message": state.message.map { .string($0) } ?? .null,
            "created_at": .string(now.addingTimeInterval(-age).formatted(.iso8601)),
            "updated_at": .string(now.addingTimeInterval(-age).formatted(.iso8601)),
            "ttl_expires_at": .string(now.addingTimeInterval(7200 - age).formatted(.iso8601)),
            "requested_cpu_milli": .number(Double(50 + number % 4 * 50)),
            "requested_memory_bytes": .number(Double((32 + number % 3 * 32) << 20)),
        ]
        body["ports"] = .array([
            .object(["container_port": .number(8080), "protocol": .string("TCP"), "node_port": .number(Double(30000 + number))])
        ])
        return .object(body.merging(changes) { _, new in new })
    }

    static func id(_ number: Int) -> String {
        let text = String(UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
        return "stack-" + String(repeating: "0", count: 16 - text.count) + text
    }

    private static func state(_ number: Int) -> (status: String, isReady: Bool, reason: String?, message: String?) {
        switch number % 31 {
        case 3: ("creating", false, "Starting", "waiting for the node to start the containers")
        case 11: ("creating", false, "ImagePullBackOff", "Back-off pulling image \"registry.example/web:2\"")
        case 17: ("failed", false, "OOMKilled", "container challenge: exit code 137")
        case 23: ("running", false, nil, nil)
        case 29: ("stopped", false, "Completed", nil)
        default: ("running", true, nil, nil)
        }
    }

    static func event(_ name: String, _ data: JSON) throws -> String {
        "event: \(name)\ndata: \(String(decoding: try JSONEncoder().encode(data), as: UTF8.self))\n\n"
    }

    static func snapshot(_ stacks: [JSON]) throws -> String { try event("snapshot", .object(["stacks": .array(stacks)])) }

    static func stats(of count: Int) -> String {
        """
        {"total_stacks":\(count),"active_stacks":\(count),"node_distribution":{},"used_node_ports":\(count),
        "reserved_cpu_milli":\(count * 125),"reserved_memory_bytes":\(count << 26)}
        """
    }

    /// A node that is as full in every resource, half of it by stacks.
    static func node(_ name: String, notCounted: String? = nil, fill: Double) -> JSON {
        func dimension(_ allocatable: Double, isKnown: Bool = true) -> JSON {
            let requested = (allocatable * fill).rounded()
            return .object([
                "allocatable": isKnown ? .number(allocatable) : .null, "requested": .number(requested),
                "stacks": .number((requested / 2).rounded(.down)),
            ])
        }
        return .object([
            "name": .string(name), "not_counted": notCounted.map { .string($0) } ?? .null, "cpu_milli": dimension(8000),
            "memory_bytes": dimension(Double(32 << 30)), "ephemeral_storage_bytes": dimension(Double(100 << 30), isKnown: false),
            "pods": dimension(100),
        ])
    }

    /// Those of the made-up stacks, and some that do not count.
    static let nodes: [JSON] =
        (1...6).map { node("worker-\($0)", fill: 1.08 - Double($0) * 0.14) } + [
            node("worker-7", notCounted: "cordoned", fill: 0.11),
            node("control-plane.eu-central-1.example.internal", notCounted: "tainted", fill: 0.04),
        ]

    /// - Parameter nodes: nil where the service reads none.
    static func overview(of count: Int, nodes: [JSON]?) throws -> String {
        let minutes: [JSON] = (0..<60).filter { $0 % 9 != 4 }.map { age in
            let time = Date().addingTimeInterval(TimeInterval(-60 * age)).formatted(.iso8601)
            let errors: [String: JSON] = age % 13 == 5 ? ["cluster_saturated": .number(4), "stack_exists": .number(1)] : [:]
            return .object(["time": .string(time), "created": .number(Double(5 + age * 7 % 23)), "errors": .object(errors)])
        }
        let reasons = Dictionary(grouping: (nodes ?? []).compactMap { $0["not_counted"]?.string }) { $0 }
        var shown = JSON.null
        if let nodes {
            let left = JSON.object(reasons.mapValues { .number(Double($0.count)) })
            shown = .object(["total": .number(Double(nodes.count)), "fullest": .array(nodes), "not_counted": left])
        }
        let body: JSON = .object([
            "instance": .string("made-up"), "creates": .array(minutes), "nodes": shown,
            "budget": .object(["cpu_milli": .number(400_000), "memory_bytes": .number(Double(512 << 30))]),
            "node_ports": .object(["min": .number(30000), "max": .number(32767), "free": .number(Double(2768 - 20 - count))]),
        ])
        return String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
    }
}
