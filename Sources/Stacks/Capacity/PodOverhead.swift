import PodPolicy

extension ResourceAmount {
    /// Creates the amount that a record counts for a Pod.
    /// - Parameter overhead: the amount that Kubernetes adds for the Pod's runtime class.
    init(_ pod: CheckedPod, overhead: NodeResources) {
        self =
            ResourceAmount(cpuMilli: pod.requestedCPUMilli, memoryBytes: pod.requestedMemoryBytes)
            + ResourceAmount(cpuMilli: overhead.cpuMilli, memoryBytes: overhead.memoryBytes)
    }
}

extension NodeResources {
    /// Returns the ephemeral storage of this overhead and of a Pod together.
    func ephemeralStorageBytes(with pod: CheckedPod) -> Int64 {
        Int64(clamping: Int128(pod.requestedEphemeralStorageBytes) + Int128(ephemeralStorageBytes ?? 0))
    }
}
