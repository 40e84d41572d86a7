import KubernetesClient
import PodPolicy
import Stacks

extension Pod {
    /// The amount that the stack's record counts, from the Pod's annotations; nil if they are missing, as on a Pod of an earlier version.
    var countedRequest: ResourceAmount? {
        guard let cpu = quantity(StackAnnotations.requestedCPU), let memory = quantity(StackAnnotations.requestedMemory) else { return nil }
        return ResourceAmount(cpuMilli: max(0, cpu.milliValue()), memoryBytes: max(0, memory.value()))
    }

    /// The container names of the stack's spec, from the Pod's annotation; nil if it is missing.
    var namedContainers: Set<String>? {
        metadata.annotations?[StackAnnotations.containers].map { Set($0.split(separator: ",").map(String.init)) }
    }

    private func quantity(_ annotation: String) -> Quantity? {
        metadata.annotations?[annotation].flatMap { Quantity($0) }
    }

    /// Returns the Pod without unused fields, to save memory in large clusters.
    func trimmed() -> Pod {
        var pod = self
        pod.metadata.annotations = metadata.annotations?.filter { $0.key.hasPrefix(StackAnnotations.prefix) }
        pod.metadata.ownerReferences = nil
        pod.metadata.finalizers = nil
        return pod
    }
}
