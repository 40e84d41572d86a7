/// What clients read of a Node.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/
public struct Node: KubernetesObject, Equatable {
    /// `nodes` of the core group.
    public static let resource = APIResource(plural: "nodes", kind: "Node", isNamespaced: false)

    /// What is wanted of the Node.
    public struct Spec: Codable, Sendable, Equatable {
        /// Cordoned: no new Pods are to come.
        public var unschedulable: Bool?
        /// What keeps Pods away.
        public var taints: [Taint]?
    }

    /// Keeps Pods away that do not tolerate it.
    public struct Taint: Codable, Sendable, Equatable {
        /// Its name.
        public var key: String
        /// Often empty.
        public var value: String?
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        public var effect: String
    }

    /// What the kubelet reports.
    public struct Status: Codable, Sendable, Equatable {
        /// Quantities by resource name, as Kubernetes writes them.
        public var allocatable: [String: String]?
        /// `Ready` and others.
        public var conditions: [Condition]?
        /// How it is reached.
        public var addresses: [Address]?
    }

    /// One way to reach it.
    public struct Address: Codable, Sendable, Equatable {
        /// `InternalIP`, `ExternalIP`, `Hostname` …
        public var type: String
        /// An IP address or a name.
        public var address: String
    }

    /// Its name, labels and so on.
    public var metadata: ObjectMeta
    /// What is wanted of the Node.
    public var spec: Spec?
    /// What the kubelet reports.
    public var status: Status?
}
