/// A NetworkPolicy, with every field of its spec: an edit of a field that is not read here would go unnoticed.
/// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
public struct NetworkPolicy: KubernetesObject, Equatable {
    /// `networkpolicies` of `networking.k8s.io`.
    public static let resource = APIResource(group: "networking.k8s.io", plural: "networkpolicies", kind: "NetworkPolicy")

    /// The desired state.
    public struct Spec: Codable, Sendable, Equatable {
        /// The Pods of the namespace to which the policy applies; empty for all.
        public var podSelector: LabelSelector?
        /// `Ingress`, `Egress` or both.
        public var policyTypes: [String]?
        /// The connections to the selected Pods that are allowed.
        public var ingress: [IngressRule]?
        /// The connections from the selected Pods that are allowed.
        public var egress: [EgressRule]?

        /// Creates a spec.
        public init(podSelector: LabelSelector, policyTypes: [String], ingress: [IngressRule]? = nil, egress: [EgressRule]? = nil) {
            self.podSelector = podSelector
            self.policyTypes = policyTypes
            self.ingress = ingress
            self.egress = egress
        }
    }

    /// Allows connections from some peers to some ports.
    public struct IngressRule: Codable, Sendable, Equatable {
        /// The sources; none for every source.
        public var from: [Peer]?
        /// The ports of the selected Pods; none for every port.
        public var ports: [Port]?

        /// Creates a rule.
        public init(from: [Peer]? = nil, ports: [Port]? = nil) {
            self.from = from
            self.ports = ports
        }
    }

    /// Allows connections to some ports of some peers.
    public struct EgressRule: Codable, Sendable, Equatable {
        /// The destinations; none for every destination.
        public var to: [Peer]?
        /// The ports of the destinations; none for every port.
        public var ports: [Port]?

        /// Creates a rule.
        public init(to: [Peer]? = nil, ports: [Port]? = nil) {
            self.to = to
            self.ports = ports
        }
    }

    /// The other end of a connection: addresses, or Pods by the labels of their namespace and their own.
    public struct Peer: Codable, Sendable, Equatable {
        /// A range of addresses, alone.
        public var ipBlock: IPBlock?
        /// The namespaces of the Pods; nil for the policy's own, empty for all.
        public var namespaceSelector: LabelSelector?
        /// The Pods; nil or empty for all.
        public var podSelector: LabelSelector?

        /// Creates a peer.
        public init(ipBlock: IPBlock? = nil, namespaceSelector: LabelSelector? = nil, podSelector: LabelSelector? = nil) {
            self.ipBlock = ipBlock
            self.namespaceSelector = namespaceSelector
            self.podSelector = podSelector
        }
    }

    /// A range of addresses without some smaller ranges.
    public struct IPBlock: Codable, Sendable, Equatable {
        /// The range, such as `10.0.0.0/8`.
        public var cidr: String
        /// Ranges within `cidr`, and smaller than it, that do not belong to the block.
        public var except: [String]?

        /// Creates a block.
        public init(cidr: String, except: [String]? = nil) {
            self.cidr = cidr
            self.except = except
        }
    }

    /// A port or a range of ports.
    public struct Port: Codable, Sendable, Equatable {
        /// `TCP` (the default), `UDP` or `SCTP`.
        public var `protocol`: String?
        /// A number or the name of a container port; nil for every port.
        public var port: IntOrString?
        /// The last port of a range that begins with `port`.
        public var endPort: Int?

        /// Creates a port.
        public init(protocol: String? = nil, port: IntOrString? = nil, endPort: Int? = nil) {
            self.protocol = `protocol`
            self.port = port
            self.endPort = endPort
        }
    }

    /// `networking.k8s.io/v1`; absent in the items of a list.
    public var apiVersion: String?
    /// `NetworkPolicy`; absent in the items of a list.
    public var kind: String?
    /// Name, namespace and labels.
    public var metadata: ObjectMeta
    /// The desired state.
    public var spec: Spec?

    /// Creates a NetworkPolicy to send to the API server.
    public init(metadata: ObjectMeta, spec: Spec? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
    }
}
