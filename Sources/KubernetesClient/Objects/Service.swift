/// What clients read and write of a Service.
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
public struct Service: KubernetesObject, Equatable {
    /// `services` of the core group.
    public static let resource = APIResource(plural: "services", kind: "Service")

    /// What is wanted.
    public struct Spec: Codable, Sendable, Equatable {
        /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
        public var type: String?
        /// Labels of the Pods that it leads to.
        public var selector: [String: String]?
        /// At least one, unless it is headless.
        public var ports: [Port]?
        /// Chosen by the API server.
        public var clusterIP: String?
        /// `IPv4` or `IPv6`, in the order of preference; chosen by the API server.
        public var ipFamilies: [String]?
        /// The NodePort by which load balancers ask whether a Node has a Pod of the Service; zero for none.
        public var healthCheckNodePort: Int?

        /// What is nil is left to the API server.
        public init(type: String? = nil, selector: [String: String]? = nil, ports: [Port]? = nil, clusterIP: String? = nil) {
            self.type = type
            self.selector = selector
            self.ports = ports
            self.clusterIP = clusterIP
        }
    }

    /// One port.
    public struct Port: Codable, Sendable, Equatable {
        /// Needed when there are several.
        public var name: String?
        /// `TCP`, `UDP` or `SCTP`.
        public var `protocol`: String?
        /// On the cluster IP.
        public var port: Int
        /// On the Pods; nil for the same number.
        public var targetPort: IntOrString?
        /// On every Node.
        public var nodePort: Int?

        /// What is nil is left to the API server.
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
    /// Its name, labels and so on.
    public var metadata: ObjectMeta
    /// What is wanted.
    public var spec: Spec?

    /// A Service to create.
    public init(metadata: ObjectMeta, spec: Spec? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
    }
}
