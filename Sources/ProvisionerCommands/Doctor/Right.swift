import KubernetesClient

/// A group of rights that the service uses. deploy/base/rbac.yaml and docs/security.md list the same, and
/// deploy/overlays/namespace-scope/rbac.yaml those of STACK_WATCH_SCOPE=namespace; tests compare them.
struct Right: Sendable, Equatable {
    enum Scope: String, Sendable {
        /// Objects in STACK_NAMESPACE.
        case namespace = "the namespace"
        /// The object STACK_NAMESPACE itself.
        case namespaceItself = "the namespace itself"
        /// Objects in every namespace, or without one.
        case cluster = "the cluster"
    }

    /// The configuration with which the right is used.
    enum Condition: Sendable {
        case always
        /// Several replicas elect one that reconciles.
        case replicas
        /// STACK_NETWORK_POLICY is `create` or `require`: both create and repair the policies.
        case policies
        /// STACK_WATCH_SCOPE is `cluster`.
        case watchesCluster
        /// STACK_WATCH_SCOPE is `namespace`.
        case watchesNamespace
        /// STACK_RUNTIME_CLASS is set, and STACK_WATCH_SCOPE is `cluster`.
        case runtimeClass
    }

    /// The API group; empty for the core group.
    var group = ""
    /// Plural resource names, with a subresource after a slash.
    var resources: [String]
    var verbs: [String]
    var scope: Scope
    var condition = Condition.always
    /// The use.
    var why: String

    /// Every right of the service.
    static let all: [Right] = [
        Right(
            resources: ["pods", "services"],
            verbs: ["get", "create", "delete"],
            scope: .namespace,
            why: "creates and deletes the two objects of a stack, and asks whether they are gone"
        ),
        Right(resources: ["pods/log"], verbs: ["get"], scope: .namespace, why: "returns the log of a stack"),
        Right(resources: ["events"], verbs: ["list"], scope: .namespace, why: "returns the events of a stack"),
        Right(
            resources: ["namespaces"],
            verbs: ["get", "patch"],
            scope: .namespaceItself,
            why: "reads and writes the annotation with the installation id"
        ),
        Right(
            group: "coordination.k8s.io",
            resources: ["leases"],
            verbs: ["get", "create", "update"],
            scope: .namespace,
            condition: .replicas,
            why: "elects the replica that reconciles, with STACK_STORE=dynamodb"
        ),
        Right(
            group: "networking.k8s.io",
            resources: ["networkpolicies"],
            verbs: ["get", "list", "watch", "create", "update"],
            scope: .namespace,
            condition: .policies,
            why: "creates and repairs the policies of the namespace, unless STACK_NETWORK_POLICY=off"
        ),
        Right(
            resources: ["pods", "services"],
            verbs: ["list", "watch"],
            scope: .namespace,
            condition: .watchesNamespace,
            why: "sees the objects of stacks, with STACK_WATCH_SCOPE=namespace"
        ),
        Right(
            resources: ["pods", "services"],
            verbs: ["list", "watch"],
            scope: .cluster,
            condition: .watchesCluster,
            why: "counts the capacity that other Pods take and the NodePorts that other Services hold"
        ),
        Right(
            resources: ["nodes"],
            verbs: ["get", "list", "watch"],
            scope: .cluster,
            condition: .watchesCluster,
            why: "knows capacity and addresses, and notices nodes that are gone"
        ),
        Right(
            resources: ["namespaces"],
            verbs: ["get"],
            scope: .cluster,
            condition: .watchesCluster,
            why: "asks at its start whether the namespace exists"
        ),
        Right(
            group: "node.k8s.io",
            resources: ["runtimeclasses"],
            verbs: ["list", "watch"],
            scope: .cluster,
            condition: .runtimeClass,
            why: "counts the overhead of the runtime class and knows its nodes, with STACK_RUNTIME_CLASS"
        ),
    ]

    /// The rights in the same words as the table in docs/security.md.
    var documentRow: String {
        "| \(resources.joined(separator: ", ")) | \(verbs.joined(separator: ", ")) | \(scope.rawValue) | \(why) |"
    }

    /// The questions to the API server, one for each resource and verb.
    func questions(namespace: String) -> [SelfSubjectAccessReview.ResourceAttributes] {
        resources.flatMap { resource in
            let parts = resource.split(separator: "/").map(String.init)
            return verbs.map { verb in
                SelfSubjectAccessReview.ResourceAttributes(
                    namespace: scope == .cluster ? nil : namespace,
                    verb: verb,
                    group: group,
                    resource: parts[0],
                    subresource: parts.count > 1 ? parts[1] : nil,
                    name: scope == .namespaceItself ? namespace : nil
                )
            }
        }
    }
}
