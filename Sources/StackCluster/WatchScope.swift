/// The part of the cluster that the service reads.
package enum WatchScope: String, Sendable, CaseIterable {
    /// Nodes, and the Pods and Services of every namespace.
    case cluster
    /// Pods and Services of the stacks' namespace alone, for a service without rights outside of it.
    case namespace

    /// The consequences of ``namespace``, as a clause for operators.
    package static let unknownInNamespace = """
        unknown are nodes (node_public_ip is null) and the Pods and NodePorts of other namespaces: CLUSTER_TOTAL_CPU and \
        CLUSTER_TOTAL_MEMORY are the capacity, and the API server refuses NodePorts that are taken
        """
}
