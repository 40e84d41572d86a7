package import KubernetesClient
import Stacks

/// The addresses of the cluster, as far as they are known.
package struct ClusterNetworks: Sendable, Equatable {
    /// The ranges of Pods. Empty while none is known.
    package var pods: [CIDR] = []
    /// Nodes, the API server and Services.
    package var others: [CIDR] = []
    /// The cluster's DNS Service.
    package var nameServers: [CIDR] = []
    /// What was ignored and why, for the log.
    package var problems: [String] = []

    package init(pods: [CIDR] = [], others: [CIDR] = [], nameServers: [CIDR] = [], problems: [String] = []) {
        self.pods = pods
        self.others = others
        self.nameServers = nameServers
        self.problems = problems
    }

    /// - Parameters:
    ///   - configured: the Pod ranges that the operator states; empty for those of the nodes.
    ///   - apiServer: addresses of the API server, each with or without a port.
    package init(configured: [CIDR], nodes: [Node], services: [Service], apiServer: [String]) {
        self.init(pods: CIDR.union(configured))
        var nodePods: [CIDR] = []
        for node in nodes {
            if configured.isEmpty { nodePods += podRanges(of: node) }
            others += node.internetAddresses
        }
        if configured.isEmpty { pods = CIDR.union(nodePods) }
        others += apiServer.compactMap(Self.address)
        for service in services {
            let addresses = service.clusterAddresses
            if service.metadata.namespace == "kube-system", service.metadata.name == "kube-dns" { nameServers += addresses }
            others += addresses.filter { !Self.isReserved($0) }.map { $0.widened(to: Self.neighbourhood(of: $0)) }
        }
        // Sorted, so that equal facts make equal policies.
        others = CIDR.union(others)
        nameServers = CIDR.union(nameServers)
        problems.sort()
    }

    /// Returns true for a range that is plausible for Pods. A range as wide as `0.0.0.0/0` would close a whole family, and the API server
    /// would reject the policy.
    package static func isPodRange(_ range: CIDR) -> Bool { range.prefixLength >= (range.family == .v4 ? 8 : 16) }

    private mutating func podRanges(of node: Node) -> [CIDR] {
        let texts = node.spec?.podCIDRs ?? [node.spec?.podCIDR].compactMap { $0 }
        return texts.filter { !$0.isEmpty }.compactMap { text in
            guard let range = CIDR(text) else {
                problems.append("node \(node.metadata.name ?? ""): podCIDR \"\(text.prefix(50))\" is not a range of addresses")
                return nil
            }
            guard Self.isPodRange(range) else {
                problems.append("node \(node.metadata.name ?? ""): podCIDR \(range) is wider than /8 (IPv4) or /16 (IPv6)")
                return nil
            }
            return range
        }
    }

    private static func isReserved(_ address: CIDR) -> Bool {
        guard address.family == .v6 else { return ReservedRanges.v4.contains { $0.contains(address) } }
        return !ReservedRanges.publicV6.contains { $0.contains(address) }
    }

    /// Services have a range of their own. Their individual addresses change with each stack; the surrounding range does so rarely.
    private static func neighbourhood(of address: CIDR) -> Int { address.family == .v4 ? 24 : 112 }

    /// Parses `10.0.0.1`, `10.0.0.1:6443`, `fd00::1` and `[fd00::1]:6443`.
    static func address(_ text: String) -> CIDR? {
        if let address = CIDR(address: text) { return address }
        if text.hasPrefix("[") { return CIDR(address: String(text.dropFirst().prefix { $0 != "]" })) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? CIDR(address: String(parts[0])) : nil
    }
}

extension Node {
    /// The addresses of the node, without its names.
    fileprivate var internetAddresses: [CIDR] {
        (status?.addresses ?? []).filter { $0.type == "InternalIP" || $0.type == "ExternalIP" }.compactMap { CIDR(address: $0.address) }
    }
}

extension Service {
    /// The cluster IPs; none for a headless Service.
    fileprivate var clusterAddresses: [CIDR] {
        (spec?.clusterIPs ?? [spec?.clusterIP].compactMap { $0 }).compactMap { CIDR(address: $0) }
    }
}
