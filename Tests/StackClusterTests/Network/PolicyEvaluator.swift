import Foundation
import KubernetesClient
import Testing

/// Decides which connections NetworkPolicies allow, after the reference and independently of the code under test.
/// https://kubernetes.io/docs/concepts/services-networking/network-policies/
///
/// The reference leaves open whether an `ipBlock` applies to Pods of the cluster. Here it does, so a connection that is found closed is
/// closed by every reading.
struct PolicyEvaluator {
    struct Namespace {
        var name: String
        var labels: [String: String] = [:]
    }

    struct Pod {
        var name: String
        var namespace: String
        var labels: [String: String] = [:]
        var address: String
        /// Container ports by name.
        var ports: [String: Int] = [:]
    }

    /// One end of a connection: a Pod, or an address that is no Pod's.
    enum End {
        case pod(Pod)
        case address(String)
    }

    private let namespaces: [Namespace]
    let policies: [NetworkPolicy]
    /// Every range in the policies, by its text.
    private let ranges: [String: Range]

    init(namespaces: [Namespace], policies: [NetworkPolicy]) throws {
        self.namespaces = namespaces
        self.policies = policies
        var ranges: [String: Range] = [:]
        for policy in policies {
            let peers = (policy.spec?.ingress ?? []).flatMap { $0.from ?? [] } + (policy.spec?.egress ?? []).flatMap { $0.to ?? [] }
            for block in peers.compactMap(\.ipBlock) {
                for text in [block.cidr] + (block.except ?? []) { ranges[text] = try Range(text) }
            }
        }
        self.ranges = ranges
    }

    /// Returns true if `source` may connect to `port` of `target`. A connection between Pods needs the consent of both sides.
    func mayConnect(_ source: End, to target: End, port: Int, protocol: String = "TCP") throws -> Bool {
        try isAllowed(.egress, pod: source, peer: target, target: target, port, `protocol`)
            && isAllowed(.ingress, pod: target, peer: source, target: target, port, `protocol`)
    }

    private enum Direction: String { case ingress = "Ingress", egress = "Egress" }

    /// A Pod that no policy selects for the direction is open; else it is open to the union of what the policies allow.
    private func isAllowed(
        _ direction: Direction,
        pod end: End,
        peer: End,
        target: End,
        _ port: Int,
        _ protocol: String
    ) throws -> Bool {
        guard case .pod(let pod) = end else { return true }
        let selecting = try policies.filter { policy in
            let spec = try #require(policy.spec)
            // Ingress is a type of every policy that names none, Egress of those with such a rule.
            let types = spec.policyTypes ?? (spec.egress?.isEmpty == false ? ["Ingress", "Egress"] : ["Ingress"])
            return try policy.metadata.namespace == pod.namespace && types.contains(direction.rawValue)
                && matches(spec.podSelector ?? LabelSelector(), pod.labels)
        }
        if selecting.isEmpty { return true }
        return try selecting.contains { policy in
            let rules: [(peers: [NetworkPolicy.Peer], ports: [NetworkPolicy.Port])] =
                switch direction {
                case .ingress: (policy.spec?.ingress ?? []).map { ($0.from ?? [], $0.ports ?? []) }
                case .egress: (policy.spec?.egress ?? []).map { ($0.to ?? [], $0.ports ?? []) }
                }
            return try rules.contains { rule in
                try (rule.peers.isEmpty || rule.peers.contains { try matches($0, peer, policy.metadata.namespace ?? "") })
                    && (rule.ports.isEmpty || rule.ports.contains { matches($0, target, port, `protocol`) })
            }
        }
    }

    private func matches(_ peer: NetworkPolicy.Peer, _ end: End, _ ownNamespace: String) throws -> Bool {
        if let block = peer.ipBlock {
            let address =
                switch end {
                case .pod(let pod): pod.address
                case .address(let address): address
                }
            let own = try Range(address)
            return try contains(block.cidr, own) && !(block.except ?? []).contains { try contains($0, own) }
        }
        guard case .pod(let pod) = end else { return false }
        if let selector = peer.namespaceSelector {
            guard let namespace = namespaces.first(where: { $0.name == pod.namespace }), try matches(selector, namespace.labels) else {
                return false
            }
        } else if pod.namespace != ownNamespace {
            return false
        }
        return try matches(peer.podSelector ?? LabelSelector(), pod.labels)
    }

    private func matches(_ rule: NetworkPolicy.Port, _ target: End, _ port: Int, _ protocol: String) -> Bool {
        guard (rule.protocol ?? "TCP") == `protocol` else { return false }
        switch rule.port {
        case nil: return true
        case .int(let number): return rule.endPort.map { (number...max(number, $0)).contains(port) } ?? (number == port)
        case .string(let name):
            guard case .pod(let pod) = target else { return false }
            return pod.ports[name] == port
        }
    }

    private func matches(_ selector: LabelSelector, _ labels: [String: String]) throws -> Bool {
        guard (selector.matchLabels ?? [:]).allSatisfy({ labels[$0.key] == $0.value }) else { return false }
        return try (selector.matchExpressions ?? []).allSatisfy { requirement in
            let values = requirement.values ?? []
            switch requirement.operator {
            case "In": return labels[requirement.key].map(values.contains) ?? false
            case "NotIn": return labels[requirement.key].map { !values.contains($0) } ?? true
            case "Exists": return labels[requirement.key] != nil
            case "DoesNotExist": return labels[requirement.key] == nil
            default: throw UnknownOperator(name: requirement.operator)
            }
        }
    }

    struct UnknownOperator: Error { var name: String }

    /// A range, or an address as the range of its own, by the system's parser.
    struct Range {
        private var isV4: Bool
        private var bits: UInt128
        private var mask: UInt128

        init(_ text: String) throws {
            let parts = text.split(separator: "/")
            let bytes = try #require(PolicyEvaluator.bytes(String(parts[0])), "\(text)")
            let width = bytes.count * 8
            let length = parts.count == 2 ? try #require(Int(parts[1]), "\(text)") : width
            isV4 = width == 32
            bits = bytes.reduce(0) { $0 << 8 | UInt128($1) }
            mask = UInt128.max << (width - length)
        }

        func contains(_ other: Range) -> Bool { isV4 == other.isV4 && bits & mask == other.bits & mask }
    }

    private func contains(_ range: String, _ address: Range) throws -> Bool { try #require(ranges[range]).contains(address) }

    /// The 4 or 16 bytes of an address; nil if the system does not take it for one.
    static func bytes(_ address: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var sixteen = in6_addr()
        if inet_pton(AF_INET6, address, &sixteen) == 1 { return withUnsafeBytes(of: sixteen) { Array($0) } }
        return nil
    }
}
