/// What an operator may choose about the policy.
public struct PodPolicySettings: Sendable, Equatable {
    /// The most CPU that one Pod may request, in milli-cores.
    public var maximumCPUMilli: Int64 = 2000
    /// The most memory that one Pod may request, in bytes.
    public var maximumMemoryBytes: Int64 = 512 << 20
    /// Scratch space on the node's disk that a container gets which asks for none, in bytes; with 0 none is requested for it.
    public var defaultEphemeralStorageBytes: Int64 = 256 << 20
    /// The most scratch space that one Pod may ask for, in bytes.
    public var maximumEphemeralStorageBytes: Int64 = 2 << 30
    /// The size of an emptyDir that names none, in bytes.
    public var defaultEmptyDirBytes: Int64 = 64 << 20
    /// The grace period of a Pod that names none, in seconds: 1 to 30.
    public var defaultTerminationGraceSeconds: Int64 = 1
    /// The user that every container runs as, whatever its image says: 1 to 2³¹ − 1. Nil: as the image says.
    public var runAsUser: Int64?
    /// How far containers are locked up.
    public var securityProfile: SecurityProfile = .baseline
    /// Names of Secrets in the stacks' namespace, given to every Pod for pulling its images.
    public var imagePullSecrets: [String] = []
    /// Labels of the nodes that may carry stacks.
    public var nodeSelector: [String: String] = [:]

    /// The defaults.
    public init() {}
}

/// How far containers are locked up.
public enum SecurityProfile: String, Sendable, CaseIterable {
    /// Images that start as root and bind port 80 work; all capabilities are dropped but those that such images use.
    case baseline
    /// The *restricted* level of the Pod Security Standards: no root, no capabilities.
    /// https://kubernetes.io/docs/concepts/security/pod-security-standards/
    case restricted

    /// What is added after ALL were dropped. Left out of the container runtimes' default: MKNOD, NET_RAW, SETFCAP and SETPCAP, which no
    /// ordinary service needs and which forge packets, make devices or hand out capabilities. AUDIT_WRITE is what a login needs (sshd,
    /// su): without it PAM fails.
    var addedCapabilities: [String]? {
        switch self {
        case .baseline:
            ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID", "SYS_CHROOT"]
        case .restricted: nil
        }
    }
}
