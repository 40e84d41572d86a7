import NIOHTTP1

extension KubernetesClient {
    /// Reads one object.
    /// - Parameter namespace: nil for a cluster-scoped kind.
    public func get<T: KubernetesObject>(_ type: T.Type, name: String, namespace: String?) async throws -> T {
        try await decode(send(Request(method: .GET, path: path(T.self, name, namespace))))
    }

    /// Creates an object.
    /// - Returns: the object as stored by the API server.
    /// - Throws: ``KubernetesError/isAlreadyExists`` if the name is taken.
    public func create<T: KubernetesObject>(_ object: T, namespace: String?) async throws -> T {
        try await create(object, as: T.self, namespace: namespace)
    }

    /// Creates an object from a body of another type, with fields that `T` lacks.
    /// - Parameter isDryRun: true for a request that passes admission and validation but stores nothing.
    public func create<T: KubernetesObject>(
        _ body: some Encodable & Sendable,
        as type: T.Type,
        namespace: String?,
        isDryRun: Bool = false
    ) async throws -> T {
        var request = Request(method: .POST, path: T.resource.path(namespace: namespace))
        request.body = try encode(body)
        if isDryRun { request.query["dryRun"] = "All" }
        return try await decode(send(request))
    }

    /// Replaces an object, on condition that its resource version is current.
    /// - Throws: ``KubernetesError/isConflict`` if the object has changed.
    public func replace<T: KubernetesObject>(_ object: T) async throws -> T {
        let path = try path(T.self, object.metadata.name ?? "", object.metadata.namespace)
        return try await decode(send(Request(method: .PUT, path: path, body: encode(object))))
    }

    /// Applies a merge patch (RFC 7386).
    /// - Returns: the patched object.
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

    /// Requests the deletion of an object, which may exist for some time afterwards.
    /// - Throws: ``KubernetesError/isNotFound`` if there is none.
    public func delete<T: KubernetesObject>(
        _ type: T.Type,
        name: String,
        namespace: String?,
        options: DeleteOptions = DeleteOptions()
    ) async throws {
        _ = try await send(Request(method: .DELETE, path: path(T.self, name, namespace), body: encode(options)))
    }

    /// Returns the path of one object. Refuses an empty name or namespace, since the path would then denote a collection.
    private func path<T: KubernetesObject>(_: T.Type, _ name: String, _ namespace: String?, subresource: String? = nil) throws -> String {
        let resource = T.resource
        guard !name.isEmpty else { throw KubernetesError(.request, "a \(resource.kind) without a name was asked for") }
        guard !resource.isNamespaced || namespace?.isEmpty == false else {
            throw KubernetesError(.request, "\(resource.kind) \"\(name)\" was asked for without a namespace")
        }
        return resource.path(namespace: namespace, name: name, subresource: subresource)
    }
}
