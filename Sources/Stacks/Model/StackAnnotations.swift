import PodPolicy

/// The annotations of a stack's Pod. They say what the record counts and which containers the spec named, so that a container that a
/// webhook injects is told apart.
package enum StackAnnotations {
    /// Every annotation of ours begins with it.
    package static let prefix = "ctf-provisioner.dev/"
    /// The cpu that the record counts, as a quantity.
    package static let requestedCPU = prefix + "requested-cpu"
    /// The memory that the record counts, as a quantity.
    package static let requestedMemory = prefix + "requested-memory"
    /// Names of the containers and init containers of the spec, with commas.
    package static let containers = prefix + "containers"

    /// The annotations of a new Pod. The last two keep autoscalers from moving a Pod that nobody would make anew.
    /// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
    /// https://karpenter.sh/docs/concepts/disruption/
    static func all(of pod: CheckedPod) -> [String: String] {
        [
            requestedCPU: Quantity.cpu(milli: pod.requestedCPUMilli),
            requestedMemory: Quantity.bytes(pod.requestedMemoryBytes),
            containers: pod.containerNames.joined(separator: ","),
            "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
            "karpenter.sh/do-not-disrupt": "true",
        ]
    }
}
