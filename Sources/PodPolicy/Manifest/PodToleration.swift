/// A toleration of a node's taint, with the field names of Kubernetes.
/// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
public struct PodToleration: Codable, Sendable, Hashable {
    /// The comparison of the values.
    public enum Operator: String, Codable, Sendable {
        /// The taint has the same value.
        case equal = "Equal"
        /// The taint may have any value.
        case exists = "Exists"
    }

    /// The effect of a taint.
    public enum Effect: String, Codable, Sendable, CaseIterable {
        case noSchedule = "NoSchedule"
        case preferNoSchedule = "PreferNoSchedule"
        case noExecute = "NoExecute"
    }

    /// The key of the taint.
    public var key: String
    /// `Equal` with a value, `Exists` without one.
    public var `operator`: Operator
    /// The value of the taint, which may be empty; nil for any value.
    public var value: String?
    /// The effect of the taint.
    public var effect: Effect

    /// Creates a toleration of one effect of a key.
    /// - Parameter value: nil for any value.
    public init(key: String, value: String?, effect: Effect) {
        self.key = key
        self.operator = value == nil ? .exists : .equal
        self.value = value
        self.effect = effect
    }
}
