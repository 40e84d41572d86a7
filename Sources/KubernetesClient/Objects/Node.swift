/// What clients read of a Node.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/
public struct Node: KubernetesObject, Equatable {
    public static let resource = APIResource(plural: "nodes", kind: "Node", isNamespaced: false)

    public struct Spec: Codable, Sendable, Equatable {
        public var unschedulable: Bool?
        public var taints: [Taint]?
    }

    public struct Taint: Codable, Sendable, Equatable {
        public var key: String
        public var value: String?
        public var effect: String
    }

    public struct Status: Codable, Sendable, Equatable {
        public var allocatable: [String: String]?
        public var conditions: [Condition]?
        public var addresses: [Address]?
    }

    public struct Address: Codable, Sendable, Equatable {
        /// `InternalIP`, `ExternalIP`, `Hostname` …
        public var type: String
        public var address: String
    }

    public var metadata: ObjectMeta
    public var spec: Spec?
    public var status: Status?
}
