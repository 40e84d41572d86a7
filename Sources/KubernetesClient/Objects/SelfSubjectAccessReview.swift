/// The question whether the caller has a right, and the answer of the API server.
/// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
public struct SelfSubjectAccessReview: KubernetesObject, Equatable {
    /// `selfsubjectaccessreviews` of `authorization.k8s.io`; objects of this kind can only be created.
    public static let resource = APIResource(
        group: "authorization.k8s.io",
        plural: "selfsubjectaccessreviews",
        kind: "SelfSubjectAccessReview",
        isNamespaced: false
    )

    /// The question.
    public struct Spec: Codable, Sendable, Equatable {
        /// The verb and the resource.
        public var resourceAttributes: ResourceAttributes?

        /// - Parameter resourceAttributes: the verb and the resource.
        public init(resourceAttributes: ResourceAttributes) {
            self.resourceAttributes = resourceAttributes
        }
    }

    /// A verb on a resource. An absent field means "all of them".
    public struct ResourceAttributes: Codable, Sendable, Equatable {
        /// The namespace; nil for cluster-scoped kinds and for all namespaces.
        public var namespace: String?
        /// The verb, such as `create`.
        public var verb: String
        /// The API group; empty for the core group, and nil in the answer for it.
        public var group: String?
        /// The plural resource name.
        public var resource: String
        /// The subresource, such as `log`.
        public var subresource: String?
        /// The name of one object.
        public var name: String?

        /// Creates the attributes of a question.
        public init(namespace: String?, verb: String, group: String, resource: String, subresource: String? = nil, name: String? = nil) {
            self.namespace = namespace
            self.verb = verb
            self.group = group
            self.resource = resource
            self.subresource = subresource
            self.name = name
        }
    }

    /// The answer.
    public struct Status: Codable, Sendable, Equatable {
        /// True if the request would be allowed.
        public var allowed: Bool
        /// The authorizer's reason.
        public var reason: String?
    }

    /// `authorization.k8s.io/v1`.
    public var apiVersion: String?
    /// `SelfSubjectAccessReview`.
    public var kind: String?
    /// Empty, since the object is not stored.
    public var metadata: ObjectMeta
    /// The question.
    public var spec: Spec
    /// The answer; nil in a request.
    public var status: Status?

    /// Creates a question.
    public init(_ attributes: ResourceAttributes) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        metadata = ObjectMeta()
        spec = Spec(resourceAttributes: attributes)
    }
}
