/// The one Lease that candidates compete for, and the three things they do with it.
///
/// A write succeeds only if the Lease is still as it was read: that, not any clock, keeps two candidates from both getting it.
public struct LeaseLock: Sendable {
    /// nil when there is none.
    let read: @Sendable () async throws -> Lease?
    /// Throws when there is one.
    let create: @Sendable (Lease.Spec) async throws -> Lease
    /// Throws when it is no longer of the version that is written over.
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

    /// A Lease of a cluster. Needs the verbs get, create and update on it.
    /// - Parameter client: best one of its own, so that renewals do not queue behind other requests.
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
