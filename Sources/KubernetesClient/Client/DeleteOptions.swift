/// How to delete an object.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
public struct DeleteOptions: Codable, Sendable, Equatable {
    /// What must hold for the object to be deleted; otherwise the API server answers 409.
    public struct Preconditions: Codable, Sendable, Equatable {
        /// The object must be this one, not a namesake.
        public var uid: String?

        /// - Parameter uid: of the object that is meant.
        public init(uid: String?) {
            self.uid = uid
        }
    }

    /// Always `v1`.
    public var apiVersion = "v1"
    /// Always `DeleteOptions`.
    public var kind = "DeleteOptions"
    /// Seconds; nil for the object's own. Zero removes it without waiting for the kubelet.
    public var gracePeriodSeconds: Int64?
    /// `Foreground`, `Background` or `Orphan`; nil for the default of the kind.
    public var propagationPolicy: String?
    /// nil for none.
    public var preconditions: Preconditions?

    /// The defaults of the API server.
    public init() {}
}
