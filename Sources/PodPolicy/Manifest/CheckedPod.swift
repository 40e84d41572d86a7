/// A Pod spec that the policy has accepted.
public struct CheckedPod: Sendable, Equatable {
    /// The first of ``ports``.
    public let port: ExposedPort
    /// The ports that players connect to, in the caller's order.
    public let ports: [ExposedPort]
    /// The Pod's CPU request in milli-cores: the sum of its containers, or its largest init container.
    public let requestedCPUMilli: Int64
    /// The Pod's memory request in bytes: as for CPU, plus its volumes in memory.
    public let requestedMemoryBytes: Int64
    /// The Pod's request for ephemeral storage in bytes.
    public let requestedEphemeralStorageBytes: Int64
    /// The parts of the spec that the Pod does not get as written, in the order of the document.
    public let warnings: [PodSpecWarning]
    /// The caller's variables, which only the API server may get.
    let environment: [String: String]
    /// The complete spec except the deadline, which the caller sets.
    let spec: PodManifest.Spec

    /// The names of the init containers, then of the containers.
    public var containerNames: [String] { ((spec.initContainers ?? []) + spec.containers).map(\.name) }

    /// The names of the caller's variables, sorted.
    public var environmentNames: [String] { environment.keys.sorted() }

    /// Returns the Pod to create.
    /// - Parameters:
    ///   - labels: all labels of the Pod.
    ///   - activeDeadlineSeconds: seconds after which the kubelet ends the Pod.
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
            spec: spec,
            environment: environment
        )
    }
}

/// A port through which players reach a challenge.
public struct ExposedPort: Sendable, Hashable, CustomStringConvertible {
    /// The port number, 1 to 65535.
    public var containerPort: Int
    /// The transport protocol.
    public var `protocol`: TransportProtocol
    /// The name in the spec, if any.
    public var name: String?

    /// Creates a port; the caller has checked the number.
    public init(containerPort: Int, protocol: TransportProtocol, name: String? = nil) {
        self.containerPort = containerPort
        self.protocol = `protocol`
        self.name = name
    }

    /// Number and protocol: `8080/TCP`.
    public var description: String { "\(containerPort)/\(`protocol`.rawValue)" }
}

/// The transport protocols of a NodePort that the policy allows.
public enum TransportProtocol: String, Sendable, CaseIterable {
    case tcp = "TCP"
    case udp = "UDP"
}
