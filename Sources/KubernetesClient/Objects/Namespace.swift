/// What clients read and write of a Namespace.
public struct Namespace: KubernetesObject, Equatable {
    public static let resource = APIResource(plural: "namespaces", kind: "Namespace", isNamespaced: false)

    public struct Status: Codable, Sendable, Equatable {
        /// `Active` or `Terminating`.
        public var phase: String?
    }

    public var apiVersion: String?
    public var kind: String?
    public var metadata: ObjectMeta
    public var status: Status?

    public init(metadata: ObjectMeta) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
    }
}
