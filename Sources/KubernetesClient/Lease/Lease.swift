/// Says who holds something, and until when unless they renew it.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
public struct Lease: KubernetesObject, Equatable {
    /// `leases` of the group `coordination.k8s.io`.
    public static let resource = APIResource(group: "coordination.k8s.io", plural: "leases", kind: "Lease")

    /// Who and how long.
    public struct Spec: Codable, Sendable, Equatable {
        /// Empty or nil when nobody holds it.
        public var holderIdentity: String?
        /// Seconds after a renewal at which others may take it.
        public var leaseDurationSeconds: Int?
        /// When the holder got it, by the holder's clock.
        public var acquireTime: MicroTime?
        /// When the holder last renewed it, by the holder's clock.
        public var renewTime: MicroTime?
        /// How often it went to another holder.
        public var leaseTransitions: Int?
    }

    /// `coordination.k8s.io/v1`.
    public var apiVersion: String?
    /// `Lease`.
    public var kind: String?
    /// Its name, version and so on.
    public var metadata: ObjectMeta
    /// Who and how long.
    public var spec: Spec

    /// A Lease to create.
    public init(metadata: ObjectMeta, spec: Spec) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
    }
}
