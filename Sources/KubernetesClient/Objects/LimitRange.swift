/// The used fields of a LimitRange, which limits each Pod or container of a namespace.
/// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/limit-range-v1/
public struct LimitRange: KubernetesObject, Equatable {
    /// `limitranges` of the core group.
    public static let resource = APIResource(plural: "limitranges", kind: "LimitRange")

    /// The limits.
    public struct Spec: Codable, Sendable, Equatable {
        /// The limits, each for one type of object.
        public var limits: [Item]?
    }

    /// Limits for one type of object.
    public struct Item: Codable, Sendable, Equatable {
        /// `Container`, `Pod` or `PersistentVolumeClaim`.
        public var type: String
        /// The largest amounts, as quantities by resource name.
        public var max: [String: String]?
        /// The smallest amounts, as quantities by resource name.
        public var min: [String: String]?
    }

    /// Name and namespace.
    public var metadata: ObjectMeta
    /// The limits.
    public var spec: Spec?
}
