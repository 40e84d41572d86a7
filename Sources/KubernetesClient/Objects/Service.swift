/// The used fields of a Service.
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
public struct Service: KubernetesObject, Equatable {
    /// `services` of the core group.
    public static let resource = APIResource(plural: "services", kind: "Service")

    /// The desired state.
    public struct Spec: Codable, Sendable, Equatable {
        /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
        public var type: String?
        /// The labels of the selected Pods.
        public var selector: [String: String]?
        /// The ports; at least one, unless the Service is headless.
        public var ports: [Port]?
        /// The cluster IP, allocated by the API server.
        public var clusterIP: String?
        /// Every cluster IP, one for each IP family; set by the API server.
        public var clusterIPs: [String]?
        /// `IPv4` or `IPv6`, in order of preference; set by the API server.
        public var ipFamilies: [String]?
        /// The NodePort for the health checks of load balancers; 0 for none.
        public var healthCheckNodePort: Int?

        /// Creates a spec; the API server sets the fields that are nil.
        public init(type: String? = nil, selector: [String: String]? = nil, ports: [Port]? = nil, clusterIP: String? = nil) {
            self.type = type
            self.selector = selector
            self.ports = ports
            self.clusterIP = clusterIP
        }
    }

    /// A port of the Service.
    public struct Port: Codable, Sendable, Equatable {
        /// The port name, required if there are several ports.
        public var name: String?
        /// `TCP`, `UDP` or `SCTP`.
        public var `protocol`: String?
        /// The port on the cluster IP.
        public var port: Int
        /// The port on the Pods; nil for the same number.
        public var targetPort: IntOrString?
        /// The port on every node.
        public var nodePort: Int?

        /// Creates a port; the API server sets the fields that are nil.
        public init(name: String? = nil, protocol: String? = nil, port: Int, targetPort: IntOrString? = nil, nodePort: Int? = nil) {
            self.name = name
            self.protocol = `protocol`
            self.port = port
            self.targetPort = targetPort
            self.nodePort = nodePort
        }
    }

    /// `v1`; absent in the items of a list.
    public var apiVersion: String?
    /// `Service`; absent in the items of a list.
    public var kind: String?
    /// Name, namespace, labels and annotations.
    public var metadata: ObjectMeta
    /// The desired state.
    public var spec: Spec?

    /// Creates a Service to send to the API server.
    public init(metadata: ObjectMeta, spec: Spec? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
    }
}
