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

    /// Hides the values of the caller's environment, which the Pod has.
    var redaction: Redaction {
        Redaction(
            literals: ((spec?.initContainers ?? []) + (spec?.containers ?? [])).flatMap { hiddenVariables(of: $0).compactMap(\.value) }
        )
    }

    private func hiddenVariables(of container: Container) -> [EnvironmentVariable] {
        guard let names = metadata.annotations?[StackAnnotations.hiddenEnvironment]?.split(separator: ",") else { return [] }
        return (container.env ?? []).filter { names.contains($0.name[...]) }
    }

    private func quantity(_ annotation: String) -> Quantity? {
        metadata.annotations?[annotation].flatMap { Quantity($0) }
    }

    /// Keeps of the variables those that have to be hidden.
    private func hidingOthers(_ container: Container) -> Container {
        var container = container
        container.env = container.env == nil ? nil : hiddenVariables(of: container)
        return container
    }

    /// The Pod without what nobody here reads: every Pod of the cluster is held in memory, and its texts may be long.
    func trimmed() -> Pod {
        var pod = self
        pod.metadata = metadata.trimmed()
        guard !metadata.isOurs else {
            pod.spec?.containers = (spec?.containers ?? []).map(hidingOthers)
            pod.spec?.initContainers = spec?.initContainers?.map(hidingOthers)
            return pod
        }
        pod.spec?.containers = (spec?.containers ?? []).map { $0.requestsOnly() }
        pod.spec?.initContainers = spec?.initContainers?.map { $0.requestsOnly() }
        pod.status?.reason = nil
        pod.status?.message = nil
        pod.status?.conditions = status?.conditions?.filter { $0.type == "PodResizePending" }
        pod.status?.containerStatuses = status?.containerStatuses?.map { $0.resourcesOnly() }
        pod.status?.initContainerStatuses = status?.initContainerStatuses?.map { $0.resourcesOnly() }
        return pod
    }
}

extension Pod.Container {
    fileprivate func requestsOnly() -> Pod.Container {
        var container = self
        container.image = nil
        container.ports = nil
        container.env = nil
        container.resources?.limits = nil
        return container
    }
}

extension Pod.ContainerStatus {
    fileprivate func resourcesOnly() -> Pod.ContainerStatus {
        var status = self
        status.state = nil
        status.resources?.limits = nil
        return status
    }
}

extension Service {
    /// The Service without what nobody here reads.
    func trimmed() -> Service {
        var service = self
        service.metadata = metadata.trimmed()
        service.spec?.selector = nil
        return service
    }
}

extension ObjectMeta {
    var isOurs: Bool { labels?[StackLabels.managedBy] == StackLabels.managedByValue }

    /// Our labels and annotations, and no others'.
    fileprivate func trimmed() -> ObjectMeta {
        var metadata = self
        metadata.annotations = annotations?.filter { $0.key.hasPrefix(StackAnnotations.prefix) }
        metadata.labels = isOurs ? labels?.filter { $0.key == StackLabels.managedBy || $0.key.hasPrefix(StackAnnotations.prefix) } : nil
        metadata.ownerReferences = nil
        metadata.finalizers = nil
        return metadata
    }
}
