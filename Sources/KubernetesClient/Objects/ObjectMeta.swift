public import FoundationEssentials

/// `metadata` of an object: the fields that clients commonly read.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
public struct ObjectMeta: Codable, Sendable, Equatable {
    /// Unique among the objects of its kind in its namespace.
    public var name: String?
    /// nil for a kind without namespaces.
    public var namespace: String?
    /// Unique in space and time: tells an object from a later namesake.
    public var uid: String?
    /// Changes with every write. Opaque: only to be compared for equality.
    public var resourceVersion: String?
    /// What selectors select by.
    public var labels: [String: String]?
    /// What selectors do not see.
    public var annotations: [String: String]?
    /// Set by the API server.
    public var creationTimestamp: Date?
    /// When it was asked to be deleted; it still exists while this is set.
    public var deletionTimestamp: Date?
    /// The objects on which it depends.
    public var ownerReferences: [OwnerReference]?
    /// Who has to agree before it is gone.
    public var finalizers: [String]?

    /// The fields that a client may set.
    public init(
        name: String? = nil,
        namespace: String? = nil,
        uid: String? = nil,
        resourceVersion: String? = nil,
        labels: [String: String]? = nil,
        annotations: [String: String]? = nil,
        ownerReferences: [OwnerReference]? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.labels = labels
        self.annotations = annotations
        self.ownerReferences = ownerReferences
    }
}

/// The object on which another depends: the garbage collector removes the dependent after it.
public struct OwnerReference: Codable, Sendable, Equatable {
    /// Of the owner.
    public var apiVersion: String
    /// Of the owner.
    public var kind: String
    /// Of the owner, which lies in the same namespace.
    public var name: String
    /// Of the owner: a namesake does not count.
    public var uid: String

    /// A reference to an owner in the same namespace, or to one without a namespace.
    public init(apiVersion: String, kind: String, name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
    }
}
