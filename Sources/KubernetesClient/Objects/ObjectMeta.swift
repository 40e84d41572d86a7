public import FoundationEssentials

/// `metadata` of an object: the fields that clients commonly read.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
public struct ObjectMeta: Codable, Sendable, Equatable {
    /// The name, unique among the objects of its kind in its namespace.
    public var name: String?
    /// The namespace; nil for a cluster-scoped kind.
    public var namespace: String?
    /// The unique id, which distinguishes an object from a later one of the same name.
    public var uid: String?
    /// The version, which changes with every write. Opaque: to be compared only for equality.
    public var resourceVersion: String?
    /// Labels, which selectors match.
    public var labels: [String: String]?
    /// Annotations, which selectors do not match.
    public var annotations: [String: String]?
    /// The time of creation, set by the API server.
    public var creationTimestamp: Date?
    /// The end of the grace period, set once deletion was requested. The object still exists while this is set.
    public var deletionTimestamp: Date?
    /// The owners, whose deletion lets the garbage collector delete this object.
    public var ownerReferences: [OwnerReference]?
    /// Names of the controllers that have to finish before the object is deleted.
    public var finalizers: [String]?

    /// Creates metadata with the fields that a client may set.
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

/// The owner of a dependent object. The garbage collector deletes the dependent after the owner.
public struct OwnerReference: Codable, Sendable, Equatable {
    /// The owner's API version.
    public var apiVersion: String
    /// The owner's kind.
    public var kind: String
    /// The owner's name, in the namespace of the dependent.
    public var name: String
    /// The owner's uid, which excludes a later object of the same name.
    public var uid: String

    /// Creates a reference to an owner in the same namespace, or to a cluster-scoped one.
    public init(apiVersion: String, kind: String, name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
    }
}
