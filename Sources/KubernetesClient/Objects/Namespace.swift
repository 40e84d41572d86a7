/// The used fields of a Namespace.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/
public struct Namespace: KubernetesObject, Equatable {
    /// `namespaces` of the core group.
    public static let resource = APIResource(plural: "namespaces", kind: "Namespace", isNamespaced: false)

    /// The observed state.
    public struct Status: Codable, Sendable, Equatable {
        /// `Active` or `Terminating`.
        public var phase: String?
    }

    /// `v1`; absent in the items of a list.
    public var apiVersion: String?
    /// `Namespace`; absent in the items of a list.
    public var kind: String?
    /// Name, labels and annotations.
    public var metadata: ObjectMeta
    /// The observed state.
    public var status: Status?

    /// Creates a Namespace to send to the API server.
    public init(metadata: ObjectMeta) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
    }
}
