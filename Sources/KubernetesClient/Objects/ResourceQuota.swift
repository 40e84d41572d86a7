/// The used fields of a ResourceQuota, which limits the sum over a namespace.
/// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/resource-quota-v1/
public struct ResourceQuota: KubernetesObject, Equatable {
    /// `resourcequotas` of the core group.
    public static let resource = APIResource(plural: "resourcequotas", kind: "ResourceQuota")

    /// The limits as enforced, and the use.
    public struct Status: Codable, Sendable, Equatable {
        /// Limits as quantities by name, such as `requests.cpu` or `pods`.
        public var hard: [String: String]?
        /// The present use, by the same names.
        public var used: [String: String]?
    }

    /// Name and namespace.
    public var metadata: ObjectMeta
    /// The limits as enforced, and the use.
    public var status: Status?
}
