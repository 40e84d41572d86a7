/// How to delete an object.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
public struct DeleteOptions: Codable, Sendable, Equatable {
    public struct Preconditions: Codable, Sendable, Equatable {
        public var uid: String?

        public init(uid: String?) {
            self.uid = uid
        }
    }

    public var apiVersion = "v1"
    public var kind = "DeleteOptions"
    /// Seconds; nil for the object's own. Zero removes it without waiting for the kubelet.
    public var gracePeriodSeconds: Int64?
    /// `Foreground`, `Background` or `Orphan`; nil for the default of the kind.
    public var propagationPolicy: String?
    public var preconditions: Preconditions?

    public init() {}
}
