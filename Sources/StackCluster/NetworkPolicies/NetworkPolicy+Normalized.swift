import KubernetesClient

extension NetworkPolicy.Spec {
    /// The spec with the API server's defaults, and without the difference between an empty field and a missing one.
    var normalized: NetworkPolicy.Spec {
        var spec = self
        spec.podSelector = podSelector?.normalized ?? LabelSelector()
        spec.policyTypes = policyTypes ?? ["Ingress"] + ((egress ?? []).isEmpty ? [] : ["Egress"])
        spec.ingress = (ingress ?? []).map { rule in
            NetworkPolicy.IngressRule(from: (rule.from ?? []).map(\.normalized), ports: (rule.ports ?? []).map(\.normalized))
        }
        spec.egress = (egress ?? []).map { rule in
            NetworkPolicy.EgressRule(to: (rule.to ?? []).map(\.normalized), ports: (rule.ports ?? []).map(\.normalized))
        }
        return spec
    }
}

extension NetworkPolicy.Peer {
    fileprivate var normalized: NetworkPolicy.Peer {
        NetworkPolicy.Peer(
            ipBlock: ipBlock.map { NetworkPolicy.IPBlock(cidr: $0.cidr, except: $0.except ?? []) },
            // An empty selector matches everything; a missing one means the policy's own namespace.
            namespaceSelector: namespaceSelector?.normalized,
            podSelector: podSelector?.normalized
        )
    }
}

extension NetworkPolicy.Port {
    fileprivate var normalized: NetworkPolicy.Port {
        NetworkPolicy.Port(protocol: self.protocol ?? "TCP", port: port, endPort: endPort)
    }
}

extension LabelSelector {
    fileprivate var normalized: LabelSelector {
        let expressions = (matchExpressions ?? []).map { Requirement(key: $0.key, operator: $0.operator, values: $0.values ?? []) }
        return LabelSelector(matchLabels: matchLabels ?? [:], matchExpressions: expressions)
    }
}
