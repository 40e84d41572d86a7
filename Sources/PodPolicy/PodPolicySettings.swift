/// The operator's settings of the policy.
public struct PodPolicySettings: Sendable, Equatable {
    /// The maximum CPU request of a Pod, in milli-cores.
    public var maximumCPUMilli: Int64 = 2000
    /// The maximum memory request of a Pod, in bytes.
    public var maximumMemoryBytes: Int64 = 512 << 20
    /// The ephemeral storage of a container that requests none, in bytes; 0 for no request.
    public var defaultEphemeralStorageBytes: Int64 = 256 << 20
    /// The maximum ephemeral storage of a Pod, in bytes.
    public var maximumEphemeralStorageBytes: Int64 = 2 << 30
    /// The size of an emptyDir without `sizeLimit`, in bytes.
    public var defaultEmptyDirBytes: Int64 = 64 << 20
    /// The grace period of a Pod that names none, in seconds: 1 to 30.
    public var defaultTerminationGraceSeconds: Int64 = 1
    /// The user of every container, 1 to 2³¹ − 1; nil for the user of the image.
    public var runAsUser: Int64?
    /// The isolation level of containers.
    public var securityProfile: SecurityProfile = .baseline
    /// Names of image pull Secrets in the stacks' namespace, set on every Pod.
    public var imagePullSecrets: [String] = []
    /// Labels of the nodes on which stacks may run.
    public var nodeSelector: [String: String] = [:]
    /// The name of the RuntimeClass of every Pod; nil for the default runtime of the nodes.
    public var runtimeClassName: String?
    /// The tolerations of every Pod.
    public var tolerations: [PodToleration] = []
    /// True if every Pod gets a user namespace of its own.
    public var usesUserNamespaces = false

    /// Creates the defaults.
    public init() {}
}

/// The isolation level of containers.
public enum SecurityProfile: String, Sendable, CaseIterable {
    /// All capabilities are dropped except those that images need to start as root and bind port 80.
    case baseline
    /// The *restricted* level of the Pod Security Standards: no root, no capabilities.
    /// https://kubernetes.io/docs/concepts/security/pod-security-standards/
    case restricted

    /// The capabilities added after ALL were dropped: the container runtimes' default without MKNOD, NET_RAW, SETFCAP and SETPCAP, which
    /// ordinary services do not need and which forge packets, create devices or grant capabilities. AUDIT_WRITE is needed for logins (sshd,
    /// su): PAM fails without it.
    var addedCapabilities: [String]? {
        switch self {
        case .baseline:
            ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID", "SYS_CHROOT"]
        case .restricted: nil
        }
    }
}
