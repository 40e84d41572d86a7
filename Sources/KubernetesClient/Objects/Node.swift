/// The used fields of a Node.
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/
public struct Node: KubernetesObject, Equatable {
    /// `nodes` of the core group.
    public static let resource = APIResource(plural: "nodes", kind: "Node", isNamespaced: false)

    /// The desired state.
    public struct Spec: Codable, Sendable, Equatable {
        /// True if the node is cordoned.
        public var unschedulable: Bool?
        /// Taints, which repel Pods without a matching toleration.
        public var taints: [Taint]?
        /// The first of `podCIDRs`.
        public var podCIDR: String?
        /// The ranges of the node's Pods, one for each IP family; nil if the network plugin allocates addresses otherwise.
        public var podCIDRs: [String]?
    }

    /// A taint, which repels Pods without a matching toleration.
    public struct Taint: Codable, Sendable, Equatable {
        /// The taint key.
        public var key: String
        /// The taint value, often empty.
        public var value: String?
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        public var effect: String
    }

    /// The state reported by the kubelet.
    public struct Status: Codable, Sendable, Equatable {
        /// Kubernetes quantities by resource name, available to Pods.
        public var allocatable: [String: String]?
        /// `Ready` and others.
        public var conditions: [Condition]?
        /// The addresses of the node.
        public var addresses: [Address]?
        /// The ports on which the node's daemons listen.
        public var daemonEndpoints: DaemonEndpoints?
    }

    /// The ports on which the node's daemons listen.
    public struct DaemonEndpoints: Codable, Sendable, Equatable {
        /// The address of the kubelet's API.
        public struct Endpoint: Codable, Sendable, Equatable {
            /// The port number.
            public var port: Int?

            private enum CodingKeys: String, CodingKey { case port = "Port" }
        }

        /// The kubelet's API, usually on port 10250.
        public var kubeletEndpoint: Endpoint?
    }

    /// An address of the node.
    public struct Address: Codable, Sendable, Equatable {
        /// `InternalIP`, `ExternalIP`, `Hostname` …
        public var type: String
        /// An IP address or a host name.
        public var address: String
    }

    /// Name, labels and annotations.
    public var metadata: ObjectMeta
    /// The desired state.
    public var spec: Spec?
    /// The state reported by the kubelet.
    public var status: Status?
}
