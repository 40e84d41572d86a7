/// A Pod spec that the policy has accepted.
public struct CheckedPod: Sendable, Equatable {
    /// The one port that players reach.
    public let port: ExposedPort
    /// What the whole Pod requests, in milli-cores and bytes: the sum of its containers, or its largest init container; volumes in
    /// memory count as memory.
    public let requestedCPUMilli: Int64
    public let requestedMemoryBytes: Int64
    let labels: [String: String]
    /// With everything in place but the deadline, which the caller sets.
    let spec: PodManifest.Spec

    /// The Pod to create.
    /// - Parameters:
    ///   - labels: ours; they replace labels of the same name.
    ///   - activeDeadlineSeconds: after which the kubelet ends the Pod by itself.
    public func manifest(name: String, namespace: String, labels: [String: String], activeDeadlineSeconds: Int64) -> PodManifest {
        var spec = spec
        spec.activeDeadlineSeconds = activeDeadlineSeconds
        return PodManifest(
            metadata: PodManifest.Metadata(
                name: name,
                namespace: namespace,
                labels: self.labels.merging(labels) { _, ours in ours }
            ),
            spec: spec
        )
    }
}

/// The port by which a challenge is reached.
public struct ExposedPort: Sendable, Hashable {
    public var containerPort: Int
    public var `protocol`: TransportProtocol
    public var name: String?

    public init(containerPort: Int, protocol: TransportProtocol, name: String? = nil) {
        self.containerPort = containerPort
        self.protocol = `protocol`
        self.name = name
    }
}

public enum TransportProtocol: String, Sendable, CaseIterable {
    case tcp = "TCP"
    case udp = "UDP"
}
