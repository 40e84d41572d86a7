/// The Lease that candidates compete for, and its three operations.
///
/// A write succeeds only if the Lease is unchanged since it was read. This, not a clock, prevents two candidates from acquiring it at once.
public struct LeaseLock: Sendable {
    /// Returns nil if there is no Lease.
    let read: @Sendable () async throws -> Lease?
    /// Throws if the Lease exists.
    let create: @Sendable (Lease.Spec) async throws -> Lease
    /// Throws if the resource version has changed.
    let replace: @Sendable (Lease) async throws -> Lease

    init(
        read: @escaping @Sendable () async throws -> Lease?,
        create: @escaping @Sendable (Lease.Spec) async throws -> Lease,
        replace: @escaping @Sendable (Lease) async throws -> Lease
    ) {
        self.read = read
        self.create = create
        self.replace = replace
    }

    /// Creates a lock on a Lease of a cluster. Needs the verbs get, create and update on it.
    /// - Parameter client: preferably a separate client, so that renewals do not queue behind other requests.
    public init(client: KubernetesClient, namespace: String, name: String) {
        read = {
            do { return try await client.get(Lease.self, name: name, namespace: namespace) } catch let error as KubernetesError
                where error.isNotFound
            {
                return nil
            }
        }
        create = { spec in
            try await client.create(Lease(metadata: ObjectMeta(name: name, namespace: namespace), spec: spec), namespace: namespace)
        }
        replace = { try await client.replace($0) }
    }
}
