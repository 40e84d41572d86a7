import KubernetesClient
import Stacks
import TestBasics
import Testing

@testable import StackCluster

@Suite struct StackPoliciesTests {
    @Test(arguments: TestWorld.all)
    func `two policies select by our labels, however many stacks and nodes there are`(world: TestWorld) throws {
        let policies = StackPolicies.all(namespace: "stacks", networks: try world.networks)
        #expect(policies.map(\.metadata.name) == ["ctf-stacks", "ctf-stacks-internet"])
        #expect(policies.allSatisfy { $0.metadata.namespace == "stacks" })
        let managed = ["app.kubernetes.io/managed-by": "ctf-provisioner"]
        #expect(policies.allSatisfy { $0.metadata.labels == managed })
        #expect(
            policies.map(\.spec?.podSelector?.matchLabels) == [managed, managed.merging(["ctf-provisioner.dev/egress": "internet"]) { $1 }]
        )
        #expect(policies.map(\.spec?.policyTypes) == [["Ingress", "Egress"], ["Egress"]])
        for policy in policies { try Self.expectValid(policy) }
    }

    @Test func `without a Pod range there is no policy`() {
        let networks = ClusterNetworks(configured: [], nodes: [], services: [], apiServer: ["1.2.3.4"])
        #expect(networks.pods.isEmpty)
        #expect(StackPolicies.all(namespace: "stacks", networks: networks) == [])
    }

    @Test(arguments: [
        "", "x", "10.244.0.0", "10.244.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.0/7", "8000::/1", "fd00::/15", "10.244.0.0/24\\u0000", "é/8",
        "99999999999999999999/99999999999999999999",
    ])
    func `a Pod range that cannot be one is named and ignored, and opens nothing`(text: String) throws {
        let good = try Objects.node(spec: #"{"podCIDR":"10.244.0.0/24"}"#, status: "{}")
        let bad = try Objects.node(spec: #"{"podCIDR":"\#(text)","podCIDRs":["\#(text)","10.244.1.0/24"]}"#, status: "{}")
        let networks = ClusterNetworks(configured: [], nodes: [good, bad], services: [], apiServer: [])
        #expect(networks.pods == [CIDR("10.244.0.0/23")])
        #expect(networks.problems.count == (text.isEmpty ? 0 : 1))
        #expect(networks.problems.allSatisfy { $0.hasPrefix("node node-1: podCIDR ") && $0.utf8.count < 150 })
    }

    @Test func `nodes in any order make the same policies`() throws {
        let nodes = try (0..<50).map { index in
            try Objects.node(
                spec: #"{"podCIDR":"10.\#(index * 2).3.0/24"}"#,
                status: #"{"addresses":[{"type":"ExternalIP","address":"5.75.\#(index).9"}]}"#
            )
        }
        func policies(_ nodes: [Node]) -> [NetworkPolicy] {
            StackPolicies.all(namespace: "n", networks: ClusterNetworks(configured: [], nodes: nodes, services: [], apiServer: []))
        }
        #expect(policies(nodes) == policies(nodes.reversed()))
        #expect(policies(nodes) != policies(Array(nodes.dropLast())))
    }

    @Test(arguments: [UInt64(1), UInt64.random(in: 2...(.max))])
    func `whatever nodes and Services say, the policies are valid, and other Pods and nodes stay closed`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func pick(_ texts: [String]) -> String { texts.randomElement(using: &generator) ?? "" }
        let ranges = [
            "10.244.0.0/24", "10.244.1.0/24", "0.0.0.0/0", "::/0", "128.0.0.0/8", "2000::/16", "fd00::/64", "2600:1:2::/64", "10.0.0.0/8",
            "x", "",
            "0.0.0.0/8", "255.0.0.0/8", "ffff::/16", "2600::/16", "::ffff:10.244.3.0/120", "172.16.0.0/12",
        ]
        let addresses = [
            "5.75.1.2", "10.0.0.1", "2a01::1", "fe80::1%eth0", "0.0.0.0", "::", "255.255.255.255", "node", "", "::ffff:5.75.9.9", "None",
        ]
        for _ in 0..<100 {
            let nodes = try (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                let type = pick(["InternalIP", "ExternalIP"])
                return try Objects.node(
                    spec: #"{"podCIDRs":["\#(pick(ranges))","\#(pick(ranges))"]}"#,
                    status: #"{"addresses":[{"type":"\#(type)","address":"\#(pick(addresses))"}]}"#
                )
            }
            let services = try (0..<3).map { _ in
                try Objects.decode(
                    Service.self,
                    #"{"metadata":{"name":"kube-dns","namespace":"\#(pick(["kube-system", "x"]))"},"spec":{"clusterIPs":["\#(pick(addresses))"]}}"#
                )
            }
            let networks = ClusterNetworks(
                configured: [],
                nodes: nodes,
                services: services,
                apiServer: [pick(addresses), pick(addresses) + ":1"]
            )
            let policies = StackPolicies.all(namespace: "stacks", networks: networks)
            #expect(policies.isEmpty == networks.pods.isEmpty)
            for policy in policies { try Self.expectValid(policy) }
            guard !policies.isEmpty else { continue }
            let evaluator = try PolicyEvaluator(namespaces: [], policies: policies)
            let labels = [StackLabels.managedBy: StackLabels.managedByValue, StackLabels.egress: "internet"]
            for range in networks.pods {
                let address = "\(IPAddress(family: range.family, bits: range.last))"
                let stack = PolicyEvaluator.End.pod(.init(name: "s", namespace: "stacks", labels: labels, address: address))
                let other = PolicyEvaluator.End.pod(.init(name: "o", namespace: "x", address: address))
                #expect(try !evaluator.mayConnect(stack, to: other, port: 80), "seed \(seed)")
                #expect(try !evaluator.mayConnect(other, to: stack, port: 80), "seed \(seed)")
                for address in addresses where IPAddress(address) != nil {
                    // Those of the addresses that belong to a node now.
                    guard nodes.contains(where: { $0.status?.addresses?.first?.address == address }) else { continue }
                    #expect(try !evaluator.mayConnect(stack, to: .address(address), port: 80), "\(address), seed \(seed)")
                }
            }
        }
    }

    /// The API server's rules for an `ipBlock`, and ours: no rule that would allow everything.
    static func expectValid(_ policy: NetworkPolicy) throws {
        let spec = try #require(policy.spec)
        let peers = (spec.ingress ?? []).flatMap { $0.from ?? [] } + (spec.egress ?? []).flatMap { $0.to ?? [] }
        #expect((spec.ingress ?? []).allSatisfy { $0.from?.isEmpty == false } && (spec.egress ?? []).allSatisfy { $0.to?.isEmpty == false })
        for block in peers.compactMap(\.ipBlock) {
            let range = try #require(CIDR(block.cidr))
            #expect(range.description == block.cidr)
            for text in block.except ?? [] {
                let except = try #require(CIDR(text))
                #expect(except.description == text)
                #expect(range.contains(except) && except.prefixLength > range.prefixLength, "\(text) in \(block.cidr)")
            }
        }
    }
}
