/// What clients read of a Pod.
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
public struct Pod: KubernetesObject, Equatable {
    /// `pods` of the core group.
    public static let resource = APIResource(plural: "pods", kind: "Pod")

    /// What is wanted.
    public struct Spec: Codable, Sendable, Equatable {
        /// The Node that the scheduler chose; nil before.
        public var nodeName: String?
        /// They run side by side.
        public var containers: [Container]
        /// They run before the others, one after another.
        public var initContainers: [Container]?
        /// What the Pod as a whole needs; where it names a resource, the containers' sum does not count.
        public var resources: Resources?
        /// What the runtime class needs besides the containers, as quantities by resource name.
        public var overhead: [String: String]?
        /// Seconds after its start at which the kubelet ends it.
        public var activeDeadlineSeconds: Int64?
        /// Seconds between SIGTERM and SIGKILL.
        public var terminationGracePeriodSeconds: Int64?
    }

    /// One container as wanted.
    public struct Container: Codable, Sendable, Equatable {
        /// Unique in the Pod.
        public var name: String
        /// Where the registry has it.
        public var image: String?
        /// What it needs and what it may use.
        public var resources: Resources?
        /// `Always` makes a sidecar of an init container: it runs beside the others.
        public var restartPolicy: String?
        /// The ports that it declares.
        public var ports: [ContainerPort]?
    }

    /// A port that a container declares.
    public struct ContainerPort: Codable, Sendable, Equatable {
        /// 1 to 65535.
        public var containerPort: Int
    }

    /// What a container or a Pod needs and what it may use.
    public struct Resources: Codable, Sendable, Equatable {
        /// What the scheduler sets aside, as quantities by resource name.
        public var requests: [String: String]?
        /// What the kubelet enforces, as quantities by resource name.
        public var limits: [String: String]?
    }

    /// What the kubelet and the scheduler report.
    public struct Status: Codable, Sendable, Equatable {
        /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
        public var phase: String?
        /// A word that a machine can test: `Evicted` …
        public var reason: String?
        /// A sentence.
        public var message: String?
        /// `PodScheduled`, `Ready` and others.
        public var conditions: [Condition]?
        /// One for each init container.
        public var initContainerStatuses: [ContainerStatus]?
        /// One for each container.
        public var containerStatuses: [ContainerStatus]?
        /// nil before it has one.
        public var podIP: String?
        /// Of its Node.
        public var hostIP: String?
    }

    /// How a container is.
    public struct ContainerStatus: Codable, Sendable, Equatable {
        /// Of the container.
        public var name: String
        /// Whether it passes its readiness probe.
        public var ready: Bool?
        /// How often it was started anew.
        public var restartCount: Int?
        /// What it does now.
        public var state: ContainerState?
        /// What the node has set aside for it, as quantities by resource name; differs from the spec while a resize is under way.
        public var allocatedResources: [String: String]?
        /// What the node enforces at present.
        public var resources: Resources?
    }

    /// One of the three is set.
    public struct ContainerState: Codable, Sendable, Equatable {
        /// It has not started.
        public struct Waiting: Codable, Sendable, Equatable {
            /// A word that a machine can test: `ImagePullBackOff` …
            public var reason: String?
            /// A sentence.
            public var message: String?
        }

        /// It runs.
        public struct Running: Codable, Sendable, Equatable {
            /// RFC 3339.
            public var startedAt: String?
        }

        /// It has ended.
        public struct Terminated: Codable, Sendable, Equatable {
            /// Zero for success.
            public var exitCode: Int
            /// A word that a machine can test: `OOMKilled` …
            public var reason: String?
            /// A sentence.
            public var message: String?
        }

        /// It has not started.
        public var waiting: Waiting?
        /// It runs.
        public var running: Running?
        /// It has ended.
        public var terminated: Terminated?
    }

    /// Its name, labels and so on.
    public var metadata: ObjectMeta
    /// What is wanted.
    public var spec: Spec?
    /// What the kubelet and the scheduler report.
    public var status: Status?
}
