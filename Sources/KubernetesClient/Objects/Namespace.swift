/// What clients read and write of a Namespace.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/
public struct Namespace: KubernetesObject, Equatable {
    /// `namespaces` of the core group.
    public static let resource = APIResource(plural: "namespaces", kind: "Namespace", isNamespaced: false)

    /// What the API server reports.
    public struct Status: Codable, Sendable, Equatable {
        /// `Active` or `Terminating`.
        public var phase: String?
    }

    /// `v1`; absent in the items of a list.
    public var apiVersion: String?
    /// `Namespace`; absent in the items of a list.
    public var kind: String?
    /// Its name, labels and so on.
    public var metadata: ObjectMeta
    /// What the API server reports.
    public var status: Status?

    /// A Namespace to create.
    public init(metadata: ObjectMeta) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
    }
}
