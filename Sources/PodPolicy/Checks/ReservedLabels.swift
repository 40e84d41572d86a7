/// Labels that an author may not set, since something in a cluster acts on them.
enum ReservedLabels {
    /// Ours, by which Services select Pods; those of Kubernetes, to which controllers react; and those by which well-known admission
    /// plugins and network plugins give a Pod an identity or a way out.
    private static let prefixes = [
        "ctf-provisioner.dev", "kubernetes.io", "k8s.io", "amazonaws.com", "azure.workload.identity", "cilium.io", "gatekeeper.sh",
        "gke.io", "istio.io", "knative.dev", "kyverno.io", "linkerd.io", "openshift.io", "projectcalico.org",
    ]
    /// By these, without a prefix, controllers adopt Pods that have no owner.
    private static let names: Set<String> = [
        "controller-revision-hash", "controller-uid", "job-name", "pod-template-generation", "pod-template-hash",
    ]

    /// - Parameter key: a valid label key, so that it is ASCII.
    static func contains(_ key: String) -> Bool {
        guard let slash = key.firstIndex(of: "/") else { return names.contains(key) }
        let prefix = key[..<slash]
        return prefixes.contains { prefix == $0 || prefix.hasSuffix("." + $0) }
    }
}
