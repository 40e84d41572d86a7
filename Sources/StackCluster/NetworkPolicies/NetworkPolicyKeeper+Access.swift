package import KubernetesClient
package import Stacks

extension NetworkPolicyKeeper {
    /// The calls and caches that the keeper uses.
    package struct Access: Sendable {
        package var namespace: String
        /// Lists the policies and drops the result: the question is whether that is allowed.
        package var list: @Sendable () async throws -> Void
        /// Watches the policies until its task is cancelled.
        package var watch: @Sendable () async throws -> Void
        package var waitUntilSynced: @Sendable () async throws -> Void
        /// Returns the time since the watch last had a word from the API server; nil before the first list.
        package var silence: @Sendable () -> Duration?
        /// Returns the cluster's networks from the caches, with the API server at these addresses.
        package var networks: @Sendable ([String]) -> ClusterNetworks
        /// Returns the policies of the namespace as the watch knows them.
        package var policies: @Sendable () -> [NetworkPolicy]
        /// Asks for the addresses of the API server.
        package var serverAddresses: @Sendable () async throws -> [String]
        package var create: @Sendable (NetworkPolicy) async throws -> Void
        package var read: @Sendable (String) async throws -> NetworkPolicy?
        package var replace: @Sendable (NetworkPolicy) async throws -> Void
        /// Set by changes of policies and nodes.
        package var changed: Signal
    }
}

extension KubernetesCluster {
    /// Returns the calls and caches by which the NetworkPolicies of the namespace are kept.
    /// - Parameter resolveServer: returns the addresses of the host at which this process reaches the API server.
    package func networkPolicyAccess(
        resolvingServer resolveServer: @escaping @Sendable () async -> [String]
    ) -> NetworkPolicyKeeper.Access {
        let (client, namespace, changed, settings) = (client, settings.namespace, networkChanged, settings)
        // Of every label: a policy whose labels someone removed is still there.
        let reflector = Reflector<NetworkPolicy>(client: client, namespace: namespace, logger: logger, onChange: { _ in changed.set() })
        let store = reflector.store
        return NetworkPolicyKeeper.Access(
            namespace: namespace,
            list: { _ = try await client.list(NetworkPolicy.self, namespace: namespace) },
            watch: { try await reflector.run() },
            waitUntilSynced: { try await store.waitUntilSynced() },
            silence: { store.health().age },
            networks: { [nodes, services] addresses in
                ClusterNetworks(
                    configured: settings.podCIDRs,
                    nodes: nodes?.objects() ?? [],
                    services: services.objects(),
                    apiServer: addresses
                )
            },
            policies: { store.objects() },
            serverAddresses: {
                let resolved = await resolveServer()
                do { return resolved + (try await client.serverAddresses()) } catch  where !resolved.isEmpty {
                    return resolved
                }
            },
            create: { _ = try await client.create($0, namespace: namespace) },
            read: { [self] in try await existing(NetworkPolicy.self, $0, namespace: namespace) },
            replace: { _ = try await client.replace($0) },
            changed: changed
        )
    }
}
