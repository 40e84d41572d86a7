/// The used fields of a Pod.
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
public struct Pod: KubernetesObject, Equatable {
    /// `pods` of the core group.
    public static let resource = APIResource(plural: "pods", kind: "Pod")

    /// The desired state.
    public struct Spec: Codable, Sendable, Equatable {
        /// The node to which the Pod is bound; nil before.
        public var nodeName: String?
        /// The containers, which run concurrently.
        public var containers: [Container]
        /// The init containers, which run first and one after another, except sidecars.
        public var initContainers: [Container]?
        /// The Pod-level resources. A resource named here replaces the containers' sum.
        public var resources: Resources?
        /// The runtime class's overhead, as quantities by resource name.
        public var overhead: [String: String]?
        /// The seconds after its start at which the kubelet ends the Pod.
        public var activeDeadlineSeconds: Int64?
        /// The seconds between SIGTERM and SIGKILL.
        public var terminationGracePeriodSeconds: Int64?
    }

    /// The desired state of a container.
    public struct Container: Codable, Sendable, Equatable {
        /// The container name, unique in the Pod.
        public var name: String
        /// The image reference.
        public var image: String?
        /// Requests and limits.
        public var resources: Resources?
        /// `Always` makes an init container a sidecar, which runs beside the others.
        public var restartPolicy: String?
        /// The declared ports.
        public var ports: [ContainerPort]?
        /// The environment variables.
        public var env: [EnvironmentVariable]?
    }

    /// An environment variable.
    public struct EnvironmentVariable: Codable, Sendable, Equatable {
        /// The name of the variable.
        public var name: String
        /// The value before Kubernetes expands `$(NAME)`; nil for a value from another source.
        public var value: String?
    }

    /// A declared port.
    public struct ContainerPort: Codable, Sendable, Equatable {
        /// The port number, 1 to 65535.
        public var containerPort: Int
    }

    /// The requests and limits of a container or a Pod.
    public struct Resources: Codable, Sendable, Equatable {
        /// Quantities by resource name that the scheduler reserves.
        public var requests: [String: String]?
        /// Quantities by resource name that the kubelet enforces.
        public var limits: [String: String]?
    }

    /// The state reported by kubelet and scheduler.
    public struct Status: Codable, Sendable, Equatable {
        /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
        public var phase: String?
        /// A machine-readable reason, such as `Evicted`.
        public var reason: String?
        /// A human-readable sentence.
        public var message: String?
        /// `PodScheduled`, `Ready` and others.
        public var conditions: [Condition]?
        /// The statuses of the init containers.
        public var initContainerStatuses: [ContainerStatus]?
        /// The statuses of the containers.
        public var containerStatuses: [ContainerStatus]?
        /// The Pod's IP address; nil before it has one.
        public var podIP: String?
        /// The IP address of the node.
        public var hostIP: String?
    }

    /// The status of a container.
    public struct ContainerStatus: Codable, Sendable, Equatable {
        /// The container name.
        public var name: String
        /// True if the container passes its readiness probe.
        public var ready: Bool?
        /// The number of restarts.
        public var restartCount: Int?
        /// The current state.
        public var state: ContainerState?
        /// Quantities by resource name that the node has allocated; differ from the spec during a resize.
        public var allocatedResources: [String: String]?
        /// The requests and limits in force on the node.
        public var resources: Resources?
    }

    /// The state of a container; one of the three fields is set.
    public struct ContainerState: Codable, Sendable, Equatable {
        /// The container has not started.
        public struct Waiting: Codable, Sendable, Equatable {
            /// A machine-readable reason, such as `ImagePullBackOff`.
            public var reason: String?
            /// A human-readable sentence.
            public var message: String?
        }

        /// The container is running.
        public struct Running: Codable, Sendable, Equatable {
            /// The start time in RFC 3339.
            public var startedAt: String?
        }

        /// The container has ended.
        public struct Terminated: Codable, Sendable, Equatable {
            /// The exit code; 0 for success.
            public var exitCode: Int
            /// A machine-readable reason, such as `OOMKilled`.
            public var reason: String?
            /// A human-readable sentence.
            public var message: String?
        }

        /// The state of a container that has not started.
        public var waiting: Waiting?
        /// The state of a running container.
        public var running: Running?
        /// The state of a container that has ended.
        public var terminated: Terminated?
    }

    /// Name, namespace, labels and annotations.
    public var metadata: ObjectMeta
    /// The desired state.
    public var spec: Spec?
    /// The state reported by kubelet and scheduler.
    public var status: Status?
}
