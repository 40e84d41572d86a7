import PodPolicy

/// Annotations of a stack's Pod: the requests that its record counts, and the containers of the spec, which distinguishes them from
/// containers that a webhook injects.
package enum StackAnnotations {
    /// The prefix of all annotations of this provisioner.
    package static let prefix = "ctf-provisioner.dev/"
    /// The cpu that the record counts, as a quantity.
    package static let requestedCPU = prefix + "requested-cpu"
    /// The memory that the record counts, as a quantity.
    package static let requestedMemory = prefix + "requested-memory"
    /// The names of the spec's containers and init containers, separated by commas.
    package static let containers = prefix + "containers"

    /// The names of the variables whose values only the Pod has, separated by commas; absent if there are none.
    package static let hiddenEnvironment = prefix + "hidden-env"

    /// Returns the annotations of a new Pod. The last two keep autoscalers from evicting a Pod that is never created again.
    /// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
    /// https://karpenter.sh/docs/concepts/disruption/
    /// - Parameter requested: the amount that the record counts.
    static func all(of pod: CheckedPod, requested: ResourceAmount) -> [String: String] {
        let names = pod.environmentNames
        return [
            requestedCPU: Quantity.cpu(milli: requested.cpuMilli),
            requestedMemory: Quantity.bytes(requested.memoryBytes),
            containers: pod.containerNames.joined(separator: ","),
            hiddenEnvironment: names.isEmpty ? nil : names.joined(separator: ","),
            "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
            "karpenter.sh/do-not-disrupt": "true",
        ].compactMapValues { $0 }
    }
}
