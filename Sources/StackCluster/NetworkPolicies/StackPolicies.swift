package import KubernetesClient
import Stacks

/// The NetworkPolicies of the namespace, by which every stack is isolated. Their number is fixed; they select stacks by label.
package enum StackPolicies {
    /// Applies to every stack: closes it to the cluster's Pods, and closes everything to it.
    package static let base = "ctf-stacks"
    /// Applies to stacks with egress `internet`: opens DNS and public addresses to them.
    package static let internet = "ctf-stacks-internet"
    /// The address of NodeLocal DNSCache on every node, the only link-local address that stacks may ask.
    /// https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
    static let nodeLocalDNS = ["169.254.20.10/32"].compactMap { CIDR($0) }

    /// Returns the policies; none while no Pod range is known.
    package static func all(namespace: String, networks: ClusterNetworks) -> [NetworkPolicy] {
        guard !networks.pods.isEmpty else { return [] }
        let outside = Families(of: networks.pods).everything.compactMap { NetworkPolicy.Peer($0, without: networks.pods) }
        let closed = ReservedRanges.v4 + ReservedRanges.v6 + networks.pods + networks.others
        let world = Families(of: networks.pods).publicRanges.compactMap { NetworkPolicy.Peer($0, without: closed) }
        let base = NetworkPolicy.Spec(
            podSelector: LabelSelector(matchLabels: managed),
            policyTypes: ["Ingress", "Egress"],
            // A rule without peers would allow all of them.
            ingress: outside.isEmpty ? nil : [NetworkPolicy.IngressRule(from: outside)]
        )
        let internet = NetworkPolicy.Spec(
            podSelector: LabelSelector(matchLabels: managed.merging([StackLabels.egress: Egress.internet.rawValue]) { $1 }),
            policyTypes: ["Egress"],
            egress: [dns(networks.nameServers)] + (world.isEmpty ? [] : [NetworkPolicy.EgressRule(to: world)])
        )
        return [(self.base, base), (self.internet, internet)].map { name, spec in
            NetworkPolicy(metadata: ObjectMeta(name: name, namespace: namespace, labels: managed), spec: spec)
        }
    }

    private static let managed = [StackLabels.managedBy: StackLabels.managedByValue]

    /// Network plugins may judge a connection to a Service by the address of the Service or by that of its Pod, so both are open.
    private static func dns(_ nameServers: [CIDR]) -> NetworkPolicy.EgressRule {
        let pods = NetworkPolicy.Peer(
            namespaceSelector: LabelSelector(matchLabels: ["kubernetes.io/metadata.name": "kube-system"]),
            podSelector: LabelSelector(matchLabels: ["k8s-app": "kube-dns"])
        )
        let addresses = (nodeLocalDNS + nameServers).map { NetworkPolicy.Peer(ipBlock: NetworkPolicy.IPBlock(cidr: "\($0)")) }
        let ports = ["UDP", "TCP"].map { NetworkPolicy.Port(protocol: $0, port: .int(53)) }
        return NetworkPolicy.EgressRule(to: [pods] + addresses, ports: ports)
    }
}

/// The IP families of a cluster: those of its Pod ranges. A family without a Pod range stays closed, since nothing tells its Pods from the
/// world.
private struct Families {
    var hasV4: Bool
    var hasV6: Bool

    init(of pods: [CIDR]) {
        hasV4 = pods.contains { $0.family == .v4 }
        hasV6 = pods.contains { $0.family == .v6 }
    }

    var everything: [CIDR] { (hasV4 ? ReservedRanges.everyV4 : []) + (hasV6 ? ReservedRanges.everyV6 : []) }
    var publicRanges: [CIDR] { (hasV4 ? ReservedRanges.everyV4 : []) + (hasV6 ? ReservedRanges.publicV6 : []) }
}

extension NetworkPolicy.Peer {
    /// Creates a block of addresses; nil if nothing of `range` is left. The API server accepts as `except` only ranges within the block and
    /// smaller than it.
    init?(_ range: CIDR, without closed: [CIDR]) {
        let inside = CIDR.union(closed.filter(range.overlaps))
        guard !inside.contains(where: { $0.contains(range) }) else { return nil }
        self.init(ipBlock: NetworkPolicy.IPBlock(cidr: "\(range)", except: inside.isEmpty ? nil : inside.map { "\($0)" }))
    }
}
