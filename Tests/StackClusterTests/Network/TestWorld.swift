import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

/// A cluster for questions about its NetworkPolicies: addresses as the API server reports them, and Pods of all kinds.
struct TestWorld: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The Pod ranges of each node.
    var podCIDRs: [[String]]
    var nodeAddresses: [[String]]
    /// As `GET /api` tells them.
    var apiServer: [String]
    var serviceIPs: [String]
    var dnsIPs: [String]
    var configured: [String] = []

    var networks: ClusterNetworks {
        get throws {
            var nodes: [Node] = []
            for (index, addresses) in nodeAddresses.enumerated() {
                let list = addresses.map { #"{"type":"InternalIP","address":"\#($0)"}"# }.joined(separator: ",")
                let ranges = podCIDRs.indices.contains(index) ? podCIDRs[index] : []
                let spec = ranges.isEmpty ? "{}" : #"{"podCIDR":"\#(ranges[0])","podCIDRs":["\#(ranges.joined(separator: "\",\""))"]}"#
                nodes.append(try Objects.node(spec: spec, status: #"{"addresses":[\#(list),{"type":"Hostname","address":"node"}]}"#))
            }
            let services = [
                try service("kubernetes", namespace: "default", serviceIPs), try service("kube-dns", namespace: "kube-system", dnsIPs),
                try service("headless", namespace: "default", ["None"]),
            ]
            let ranges = configured.compactMap { CIDR($0) }
            #expect(ranges.count == configured.count)
            return ClusterNetworks(configured: ranges, nodes: nodes, services: services, apiServer: apiServer)
        }
    }

    private func service(_ name: String, namespace: String, _ addresses: [String]) throws -> Service {
        let list = addresses.map { "\"\($0)\"" }.joined(separator: ",")
        return try Objects.decode(
            Service.self,
            #"{"metadata":{"name":"\#(name)","namespace":"\#(namespace)"},"spec":{"clusterIP":"\#(addresses[0])","clusterIPs":[\#(list)]}}"#
        )
    }

    var evaluator: PolicyEvaluator {
        get throws {
            let names = ["stacks", "kube-system", "default", "tenant"]
            // A tenant labels the namespace and the Pods as it likes, but for the label that the API server sets.
            let namespaces = names.map { name in
                PolicyEvaluator.Namespace(name: name, labels: ["kubernetes.io/metadata.name": name, "name": "kube-system"])
            }
            return try PolicyEvaluator(namespaces: namespaces, policies: StackPolicies.all(namespace: "stacks", networks: try networks))
        }
    }

    /// An address near the begin and one near the end of each Pod range.
    private func podAddresses(_ offset: UInt128) -> [String] {
        let ranges = (configured.isEmpty ? podCIDRs.flatMap { $0 } : configured).compactMap { CIDR($0) }
        return ranges.flatMap { range in
            [range.first + offset, range.last - offset].map { "\(IPAddress(family: range.family, bits: $0))" }
        }
    }

    /// Stacks as they are labelled; without an egress a stack that an earlier version made.
    func stacks(egress: Egress?) -> [PolicyEvaluator.End] {
        podAddresses(3).enumerated().map { index, address in
            var labels = StackLabels.all(of: .init(number: UInt64(index)), userID: 1, problemID: 1, egress: egress ?? .none)
            if egress == nil { labels[StackLabels.egress] = nil }
            return .pod(PolicyEvaluator.Pod(name: "stack-\(index)", namespace: "stacks", labels: labels, address: address))
        }
    }

    /// Pods that are no stacks and no name server, some of which would like to pass for one.
    var strangers: [PolicyEvaluator.End] {
        let kinds: [(String, [String: String])] = [
            ("default", [:]), ("kube-system", ["k8s-app": "metrics-server"]), ("tenant", ["k8s-app": "kube-dns"]), ("stacks", [:]),
            ("stacks", ["k8s-app": "kube-dns"]),
            ("tenant", [StackLabels.managedBy: StackLabels.managedByValue, StackLabels.egress: "internet"]),
        ]
        return kinds.flatMap { namespace, labels in
            podAddresses(5).map { .pod(PolicyEvaluator.Pod(name: "stranger", namespace: namespace, labels: labels, address: $0)) }
        }
    }

    var nameServers: [PolicyEvaluator.End] {
        podAddresses(7).map {
            .pod(PolicyEvaluator.Pod(name: "coredns", namespace: "kube-system", labels: ["k8s-app": "kube-dns"], address: $0))
        }
    }

    var hasV4: Bool { (configured + podCIDRs.flatMap { $0 }).contains { !$0.contains(":") } }
    var hasV6: Bool { (configured + podCIDRs.flatMap { $0 }).contains { $0.contains(":") } }
}

extension StackID {
    fileprivate init(number: UInt64) {
        let digits = String(number, radix: 16)
        self = StackID("stack-" + String(repeating: "0", count: max(0, 16 - digits.count)) + digits) ?? .random
    }

    private static var random: StackID {
        var generator = SystemRandomNumberGenerator()
        return .random(using: &generator)
    }
}

extension TestWorld {
    static let all = [
        TestWorld(
            testDescription: "IPv4, a range a node",
            podCIDRs: [["10.244.0.0/24"], ["10.244.1.0/24"], ["10.244.7.0/24"]],
            nodeAddresses: [["192.168.1.10"], ["192.168.1.11", "203.0.113.10"], ["172.20.0.4"]],
            apiServer: ["192.168.1.10:6443"],
            serviceIPs: ["10.96.0.1"],
            dnsIPs: ["10.96.0.10"]
        ),
        TestWorld(
            testDescription: "IPv4, public nodes and API server",
            podCIDRs: [["10.42.0.0/24"], ["10.42.1.0/24"]],
            nodeAddresses: [["10.0.0.2", "5.75.1.2"], ["95.216.3.4"]],
            apiServer: ["35.195.10.20:443"],
            serviceIPs: ["10.43.0.1"],
            dnsIPs: ["10.43.0.10"]
        ),
        TestWorld(
            testDescription: "IPv4, Services and Pods in public ranges",
            podCIDRs: [["34.100.0.0/24"], ["34.100.1.0/24"]],
            nodeAddresses: [["10.128.0.2", "34.90.1.2"], ["10.128.0.3"]],
            apiServer: ["34.90.7.7"],
            serviceIPs: ["34.118.224.1"],
            dnsIPs: ["34.118.224.10"]
        ),
        TestWorld(
            testDescription: "IPv6 alone, unique local",
            podCIDRs: [["fd00:10:244::/64"], ["fd00:10:244:1::/64"]],
            nodeAddresses: [["fd00:1::1", "2a01:4f8:1:2::1"], ["2a01:4f8:1:3::1"]],
            apiServer: ["[2a01:4f8:1:2::1]:6443"],
            serviceIPs: ["fd00:10:96::1"],
            dnsIPs: ["fd00:10:96::a"]
        ),
        TestWorld(
            testDescription: "IPv6 alone, public Pods and Services",
            podCIDRs: [["2600:1f14:1:2:3::/80"], ["2600:1f14:1:2:4::/80"]],
            nodeAddresses: [["2600:1f14:1:2::10"], ["2600:1f14:1:2::11"]],
            apiServer: ["[2600:1f14:1:9::5]:443"],
            serviceIPs: ["2600:1f14:77::1"],
            dnsIPs: ["2600:1f14:77::a"]
        ),
        TestWorld(
            testDescription: "both families",
            podCIDRs: [["10.244.0.0/24", "fd00:10:244::/64"], ["10.244.1.0/24", "fd00:10:244:1::/64"]],
            nodeAddresses: [["192.168.1.10", "fd00:1::1", "5.75.1.2", "2a01:4f8:1:2::1"], ["192.168.1.11"]],
            apiServer: ["192.168.1.10:6443", "[fd00:1::1]:6443"],
            serviceIPs: ["10.96.0.1", "fd00:10:96::1"],
            dnsIPs: ["10.96.0.10", "fd00:10:96::a"]
        ),
        TestWorld(
            testDescription: "configured ranges, nodes with none",
            podCIDRs: [],
            nodeAddresses: [["172.31.4.5", "18.196.1.2"]],
            apiServer: ["172.31.9.9:443"],
            serviceIPs: ["172.20.0.1"],
            dnsIPs: ["172.20.0.10"],
            configured: ["100.64.0.0/16", "172.31.0.0/16"]
        ),
    ]
}
