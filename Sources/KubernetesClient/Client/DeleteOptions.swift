/// Options of a delete request.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
public struct DeleteOptions: Codable, Sendable, Equatable {
    /// Conditions for the deletion; if one fails, the API server responds with 409.
    public struct Preconditions: Codable, Sendable, Equatable {
        /// The uid of the object, which excludes a later object of the same name.
        public var uid: String?

        /// - Parameter uid: the uid of the object to delete.
        public init(uid: String?) {
            self.uid = uid
        }
    }

    /// The API version, always `v1`.
    public var apiVersion = "v1"
    /// The kind, always `DeleteOptions`.
    public var kind = "DeleteOptions"
    /// The grace period in seconds; nil for the object's own. 0 deletes at once, without waiting for the kubelet.
    public var gracePeriodSeconds: Int64?
    /// `Foreground`, `Background` or `Orphan`; nil for the default of the kind.
    public var propagationPolicy: String?
    /// The conditions for the deletion; nil for none.
    public var preconditions: Preconditions?

    /// Creates options with the API server's defaults.
    public init() {}
}
