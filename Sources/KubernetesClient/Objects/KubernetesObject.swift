/// An object of the API server. Conforming types have the fields that are used; other fields are ignored.
public protocol KubernetesObject: Codable, Sendable {
    /// The kind and its place in the API.
    static var resource: APIResource { get }
    /// Name, namespace, labels and resource version.
    var metadata: ObjectMeta { get set }
}

/// A kind of object with its place in the API's paths.
public struct APIResource: Sendable, Hashable {
    /// The API group; empty for the core group.
    public var group: String
    /// The API version, such as `v1`.
    public var version: String
    /// The plural in paths, such as `pods`.
    public var plural: String
    /// The kind, such as `Pod`.
    public var kind: String
    /// True for a namespaced kind, false for a cluster-scoped one.
    public var isNamespaced: Bool

    /// - Parameter group: empty for the core group.
    public init(group: String = "", version: String = "v1", plural: String, kind: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// The `apiVersion` of objects of this kind.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Returns the path of an object, of a namespace's objects, or of all objects.
    public func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(namespace.percentEncoded)" }
        path += "/\(plural)"
        if let name { path += "/\(name.percentEncoded)" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}
