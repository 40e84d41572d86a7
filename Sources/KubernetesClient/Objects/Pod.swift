/// What clients read of a Pod.
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
public struct Pod: KubernetesObject, Equatable {
    public static let resource = APIResource(plural: "pods", kind: "Pod")

    public struct Spec: Codable, Sendable, Equatable {
        public var nodeName: String?
        public var containers: [Container]
        public var initContainers: [Container]?
        public var overhead: [String: String]?
        public var activeDeadlineSeconds: Int64?
        public var terminationGracePeriodSeconds: Int64?
    }

    public struct Container: Codable, Sendable, Equatable {
        public var name: String
        public var image: String?
        public var resources: Resources?
    }

    public struct Resources: Codable, Sendable, Equatable {
        public var requests: [String: String]?
        public var limits: [String: String]?
    }

    public struct Status: Codable, Sendable, Equatable {
        public var phase: String?
        public var reason: String?
        public var message: String?
        public var conditions: [Condition]?
        public var initContainerStatuses: [ContainerStatus]?
        public var containerStatuses: [ContainerStatus]?
        public var podIP: String?
        public var hostIP: String?
    }

    public struct ContainerStatus: Codable, Sendable, Equatable {
        public var name: String
        public var ready: Bool?
        public var restartCount: Int?
        public var state: ContainerState?
    }

    /// One of the three is set.
    public struct ContainerState: Codable, Sendable, Equatable {
        public struct Waiting: Codable, Sendable, Equatable {
            public var reason: String?
            public var message: String?
        }

        public struct Running: Codable, Sendable, Equatable {
            public var startedAt: String?
        }

        public struct Terminated: Codable, Sendable, Equatable {
            public var exitCode: Int
            public var reason: String?
            public var message: String?
        }

        public var waiting: Waiting?
        public var running: Running?
        public var terminated: Terminated?
    }

    public var metadata: ObjectMeta
    public var spec: Spec?
    public var status: Status?
}

/// One condition of a Pod or a Node.
public struct Condition: Codable, Sendable, Equatable {
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    public var reason: String?
    public var message: String?
}
