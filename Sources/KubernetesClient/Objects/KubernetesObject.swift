/// An object that the API server keeps. Conforming types hold the fields that are read; others are ignored.
public protocol KubernetesObject: Codable, Sendable {
    /// Its kind.
    static var resource: APIResource { get }
    /// Its name, version, labels and so on.
    var metadata: ObjectMeta { get set }
}

/// A kind of object, as the API server's paths name it.
public struct APIResource: Sendable, Hashable {
    /// Empty for the core group.
    public var group: String
    /// Such as `v1`.
    public var version: String
    /// Such as `pods`.
    public var plural: String
    /// Such as `Pod`.
    public var kind: String
    /// Whether its objects lie in namespaces.
    public var isNamespaced: Bool

    /// - Parameter group: empty for the core group.
    public init(group: String = "", version: String = "v1", plural: String, kind: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// What objects hold in their field `apiVersion`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The path of an object, of the objects of a namespace, or of all of them.
    public func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(namespace.percentEncoded)" }
        path += "/\(plural)"
        if let name { path += "/\(name.percentEncoded)" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}
