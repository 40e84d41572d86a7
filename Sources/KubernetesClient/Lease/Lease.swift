/// A lock with a holder and a duration, to be renewed.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
public struct Lease: KubernetesObject, Equatable {
    /// `leases` of the group `coordination.k8s.io`.
    public static let resource = APIResource(group: "coordination.k8s.io", plural: "leases", kind: "Lease")

    /// The holder and its periods.
    public struct Spec: Codable, Sendable, Equatable {
        /// The identity of the holder; empty or nil if there is none.
        public var holderIdentity: String?
        /// The seconds after a renewal at which other candidates may take the Lease.
        public var leaseDurationSeconds: Int?
        /// The time of acquisition by the holder's clock.
        public var acquireTime: MicroTime?
        /// The time of the last renewal by the holder's clock.
        public var renewTime: MicroTime?
        /// The number of changes of the holder.
        public var leaseTransitions: Int?
    }

    /// `coordination.k8s.io/v1`.
    public var apiVersion: String?
    /// `Lease`.
    public var kind: String?
    /// Name, namespace, labels and resource version.
    public var metadata: ObjectMeta
    /// The holder and its periods.
    public var spec: Spec

    /// Creates a Lease to send to the API server.
    public init(metadata: ObjectMeta, spec: Spec) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
    }
}
