/// The used fields of a RuntimeClass.
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/runtime-class-v1/
public struct RuntimeClass: KubernetesObject, Equatable {
    /// `runtimeclasses` of `node.k8s.io`.
    public static let resource = APIResource(group: "node.k8s.io", plural: "runtimeclasses", kind: "RuntimeClass", isNamespaced: false)

    /// The resources of the runtime itself.
    public struct Overhead: Codable, Sendable, Equatable {
        /// Quantities by resource name, which admission adds to each Pod as `spec.overhead`.
        public var podFixed: [String: String]?
    }

    /// The nodes that support the class. Admission merges both fields into each Pod.
    public struct Scheduling: Codable, Sendable, Equatable {
        /// Labels of the nodes.
        public var nodeSelector: [String: String]?
        /// Tolerations of the nodes' taints.
        public var tolerations: [Toleration]?
    }

    /// A toleration of a taint.
    public struct Toleration: Codable, Sendable, Equatable {
        /// The key of the taint; nil or empty for every key.
        public var key: String?
        /// `Equal`, also when absent, or `Exists`.
        public var `operator`: String?
        /// The value of the taint for `Equal`.
        public var value: String?
        /// The effect of the taint; nil or empty for every effect.
        public var effect: String?

        /// Creates a toleration.
        public init(key: String? = nil, operator: String? = nil, value: String? = nil, effect: String? = nil) {
            self.key = key
            self.operator = `operator`
            self.value = value
            self.effect = effect
        }

        /// Returns true if a Pod with this toleration tolerates the taint, as the scheduler decides.
        /// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
        public func tolerates(_ taint: Node.Taint) -> Bool {
            func names(_ own: String?, _ other: String) -> Bool { own.nonEmpty.map { $0 == other } ?? true }
            guard names(effect, taint.effect), names(key, taint.key) else { return false }
            switch `operator` {
            case nil, "", "Equal": return (value ?? "") == (taint.value ?? "")
            case "Exists": return true
            default: return false
            }
        }
    }

    /// Name, labels and annotations.
    public var metadata: ObjectMeta
    /// The resources of the runtime itself.
    public var overhead: Overhead?
    /// The nodes that support the class.
    public var scheduling: Scheduling?
}
