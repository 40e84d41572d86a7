import KubernetesClient
import PodPolicy
import Stacks

extension Pod {
    /// What the record of the stack counts, as the Pod says; nil when it does not say, as a Pod of an earlier version.
    var countedRequest: ResourceAmount? {
        guard let cpu = quantity(StackAnnotations.requestedCPU), let memory = quantity(StackAnnotations.requestedMemory) else { return nil }
        return ResourceAmount(cpuMilli: max(0, cpu.milliValue()), memoryBytes: max(0, memory.value()))
    }

    /// The containers that the spec of the stack named; nil when the Pod does not say.
    var namedContainers: Set<String>? {
        metadata.annotations?[StackAnnotations.containers].map { Set($0.split(separator: ",").map(String.init)) }
    }

    private func quantity(_ annotation: String) -> Quantity? {
        metadata.annotations?[annotation].flatMap { Quantity($0) }
    }

    /// The Pod without what nobody here reads: a large cluster's Pods are held in memory.
    func trimmed() -> Pod {
        var pod = self
        pod.metadata.annotations = metadata.annotations?.filter { $0.key.hasPrefix(StackAnnotations.prefix) }
        pod.metadata.ownerReferences = nil
        pod.metadata.finalizers = nil
        return pod
    }
}
