import PodPolicy
import StackCluster
import Stacks

/// The part of the configuration of `serve` on which checks depend.
struct DoctorSettings: Sendable {
    var namespace: String
    var policy: PodPolicySettings
    var cluster: KubernetesCluster.Settings
    var nodePorts: ClosedRange<Int>
    var store: ServeConfiguration.StoreChoice
    /// The longest life of a Pod in seconds.
    var podDeadlineSeconds: Int64

    init(_ configuration: ServeConfiguration) {
        namespace = configuration.stacks.namespace
        policy = configuration.policy
        cluster = configuration.cluster
        nodePorts = configuration.nodePorts
        store = configuration.store
        podDeadlineSeconds = configuration.stacks.podDeadlineSeconds
    }

    /// STACK_RUNTIME_CLASS; nil if unset.
    var runtimeClass: String? { policy.runtimeClassName }
    var networkPolicy: NetworkPolicyMode { cluster.networkPolicy }

    /// The request of the largest stack.
    var largestStack: ResourceAmount {
        ResourceAmount(cpuMilli: policy.maximumCPUMilli, memoryBytes: policy.maximumMemoryBytes)
    }

    /// The rights that the service uses with this configuration.
    var rights: [Right] {
        Right.all.filter { right in
            switch right.condition {
            case .always: true
            case .replicas: if case .dynamodb = store { true } else { false }
            case .policies: networkPolicy != .off
            case .watchesCluster: cluster.watchScope == .cluster
            case .watchesNamespace: cluster.watchScope == .namespace
            case .runtimeClass: cluster.watchedRuntimeClass != nil
            }
        }
    }
}
