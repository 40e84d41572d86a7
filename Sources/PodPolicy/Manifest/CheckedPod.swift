/// A Pod spec that the policy has accepted.
public struct CheckedPod: Sendable, Equatable {
    /// The one port that players reach.
    public let port: ExposedPort
    /// What the whole Pod requests, in milli-cores: the sum of its containers, or its largest init container.
    public let requestedCPUMilli: Int64
    /// What the whole Pod requests, in bytes: as above, and its volumes in memory.
    public let requestedMemoryBytes: Int64
    /// Scratch space on the node's disk that the whole Pod requests, in bytes.
    public let requestedEphemeralStorageBytes: Int64
    /// What the Pod does not get as the author wrote it, from the top of the document to its end.
    public let warnings: [PodSpecWarning]
    /// With everything in place but the deadline, which the caller sets.
    let spec: PodManifest.Spec

    /// Names of the init containers and containers, in this order.
    public var containerNames: [String] { ((spec.initContainers ?? []) + spec.containers).map(\.name) }

    /// The Pod to create.
    /// - Parameters:
    ///   - labels: all that the Pod gets.
    ///   - activeDeadlineSeconds: after which the kubelet ends the Pod by itself.
    public func manifest(
        name: String,
        namespace: String,
        labels: [String: String],
        annotations: [String: String]? = nil,
        activeDeadlineSeconds: Int64
    ) -> PodManifest {
        var spec = spec
        spec.activeDeadlineSeconds = activeDeadlineSeconds
        return PodManifest(
            metadata: PodManifest.Metadata(name: name, namespace: namespace, labels: labels, annotations: annotations),
            spec: spec
        )
    }
}

/// The port by which a challenge is reached.
public struct ExposedPort: Sendable, Hashable {
    /// 1 to 65535.
    public var containerPort: Int
    /// How it is spoken to.
    public var `protocol`: TransportProtocol
    /// As the author calls it, if at all.
    public var name: String?

    /// A port; whether the number is one was checked before.
    public init(containerPort: Int, protocol: TransportProtocol, name: String? = nil) {
        self.containerPort = containerPort
        self.protocol = `protocol`
        self.name = name
    }
}

/// What a NodePort can carry here.
public enum TransportProtocol: String, Sendable, CaseIterable {
    case tcp = "TCP"
    case udp = "UDP"
}
