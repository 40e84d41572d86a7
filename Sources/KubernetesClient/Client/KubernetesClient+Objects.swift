import NIOHTTP1

extension KubernetesClient {
    /// Reads one object.
    /// - Parameter namespace: nil when the kind has none.
    public func get<T: KubernetesObject>(_ type: T.Type, name: String, namespace: String?) async throws -> T {
        try await decode(send(Request(method: .GET, path: path(T.self, name, namespace))))
    }

    /// Creates an object.
    /// - Returns: the object as the API server keeps it.
    /// - Throws: ``KubernetesError/isAlreadyExists`` when the name is taken.
    public func create<T: KubernetesObject>(_ object: T, namespace: String?) async throws -> T {
        try await create(object, as: T.self, namespace: namespace)
    }

    /// Creates an object from a body of another type, which holds fields that `T` does not.
    public func create<T: KubernetesObject>(_ body: some Encodable & Sendable, as type: T.Type, namespace: String?) async throws -> T {
        try await decode(send(Request(method: .POST, path: T.resource.path(namespace: namespace), body: encode(body))))
    }

    /// Writes an object over the one that it was read from.
    /// - Throws: ``KubernetesError/isConflict`` when that has changed since.
    public func replace<T: KubernetesObject>(_ object: T) async throws -> T {
        let path = try path(T.self, object.metadata.name ?? "", object.metadata.namespace)
        return try await decode(send(Request(method: .PUT, path: path, body: encode(object))))
    }

    /// Applies a merge patch (RFC 7386).
    /// - Returns: the object as it is then.
    public func patch<T: KubernetesObject>(
        _ type: T.Type,
        name: String,
        namespace: String?,
        mergePatch: some Encodable & Sendable,
        subresource: String? = nil
    ) async throws -> T {
        var request = Request(method: .PATCH, path: try path(T.self, name, namespace, subresource: subresource))
        request.body = try encode(mergePatch)
        request.contentType = "application/merge-patch+json"
        return try await decode(send(request))
    }

    /// Asks for an object to be deleted; it may exist for a while yet.
    /// - Throws: ``KubernetesError/isNotFound`` when there is none.
    public func delete<T: KubernetesObject>(
        _ type: T.Type,
        name: String,
        namespace: String?,
        options: DeleteOptions = DeleteOptions()
    ) async throws {
        _ = try await send(Request(method: .DELETE, path: path(T.self, name, namespace), body: encode(options)))
    }

    /// The path of one object. Without a name or namespace it would be the path of many.
    private func path<T: KubernetesObject>(_: T.Type, _ name: String, _ namespace: String?, subresource: String? = nil) throws -> String {
        let resource = T.resource
        guard !name.isEmpty else { throw KubernetesError(.request, "a \(resource.kind) without a name was asked for") }
        guard !resource.isNamespaced || namespace?.isEmpty == false else {
            throw KubernetesError(.request, "\(resource.kind) \"\(name)\" was asked for without a namespace")
        }
        return resource.path(namespace: namespace, name: name, subresource: subresource)
    }
}
