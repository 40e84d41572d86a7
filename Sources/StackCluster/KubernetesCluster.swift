package import KubernetesClient
package import Logging
package import PodPolicy
package import Stacks
import Synchronization

/// The ``Cluster`` of a real Kubernetes: writes go to the API server, reads use watches of Pods, Services and Nodes.
///
/// Pods and Services of every namespace are watched, because foreign Pods use capacity and foreign Services use ports. With
/// ``WatchScope/namespace`` only those of the stacks' namespace are, and every node is taken to exist and to work.
package final class KubernetesCluster: Cluster {
    /// Settings for the placement of stacks and the computation of capacity.
    package struct Settings: Sendable {
        package var namespace: String
        /// Labels that a node needs to count as capacity for stacks.
        package var nodeSelector: [String: String]
        /// Tolerations of the stacks' Pods: a node whose taints they tolerate counts as capacity.
        package var tolerations: [PodToleration]
        /// The RuntimeClass of the stacks' Pods; nil for none, which is then not watched.
        package var runtimeClassName: String?
        package var reserve: ReserveRatio
        /// The size of the cluster as the operator states it; nil for the sum of the nodes.
        package var totalCPUMilli: Int64?
        package var totalMemoryBytes: Int64?
        package var networkPolicy = NetworkPolicyMode.create
        /// The ranges of the cluster's Pods as the operator states them; empty for those of the nodes.
        package var podCIDRs: [CIDR] = []
        package var watchScope = WatchScope.cluster

        package init(
            namespace: String,
            nodeSelector: [String: String] = [:],
            tolerations: [PodToleration] = [],
            runtimeClassName: String? = nil,
            reserve: ReserveRatio,
            totalCPUMilli: Int64? = nil,
            totalMemoryBytes: Int64? = nil
        ) {
            self.namespace = namespace
            self.nodeSelector = nodeSelector
            self.tolerations = tolerations
            self.runtimeClassName = runtimeClassName
            self.reserve = reserve
            self.totalCPUMilli = totalCPUMilli
            self.totalMemoryBytes = totalMemoryBytes
        }

        /// The RuntimeClass to watch; nil for none.
        package var watchedRuntimeClass: String? { watchScope == .cluster ? runtimeClassName : nil }

        func placement(runtimeClass: RuntimeClass?) -> Placement {
            Placement(selector: nodeSelector, tolerations: tolerations, runtimeClass: runtimeClass)
        }
    }

    let client: KubernetesClient
    package let settings: Settings
    let logger: Logger
    let pods: ObjectStore<Pod>
    let services: ObjectStore<Service>
    /// Nil with ``WatchScope/namespace``.
    let nodes: ObjectStore<Node>?
    /// The configured RuntimeClass alone; nil if none is configured, and with ``WatchScope/namespace``.
    let runtimeClasses: ObjectStore<RuntimeClass>?
    /// Set when the networks of the cluster may have changed.
    let networkChanged: Signal
    private let watched: WatchedState
    private let reflectors: [@Sendable () async throws -> Void]

    /// - Parameters:
    ///   - ports: updated with the NodePorts of the cluster's Services.
    ///   - reconcileQueue: receives the stacks that may need a repair.
    ///   - changes: receives the stacks whose objects changed.
    ///   - readyTimes: receives the stacks whose Pod is ready.
    package init(
        client: KubernetesClient,
        settings: Settings,
        ports: Ports,
        reconcileQueue: ReconcileQueue,
        changes: StackChanges,
        readyTimes: ReadyTimes = ReadyTimes(),
        logger: Logger
    ) {
        self.client = client
        self.settings = settings
        self.logger = logger
        let networkChanged = Signal()
        self.networkChanged = networkChanged
        let watched = WatchedState(
            settings: settings,
            ports: ports,
            reconcileQueue: reconcileQueue,
            changes: changes,
            readyTimes: readyTimes,
            onNetworkChange: networkChanged.set
        )
        self.watched = watched
        let isWide = settings.watchScope == .cluster
        let namespace = isWide ? nil : settings.namespace
        let pods = Reflector<Pod>(
            client: client,
            namespace: namespace,
            logger: logger,
            transform: { $0.trimmed() },
            onChange: { watched.podChanged($0) }
        )
        let services = Reflector<Service>(
            client: client,
            namespace: namespace,
            logger: logger,
            transform: { $0.trimmed() },
            onChange: { watched.serviceChanged($0) }
        )
        let nodes = isWide ? Reflector<Node>(client: client, logger: logger, onChange: { watched.nodeChanged($0) }) : nil
        self.pods = pods.store
        self.services = services.store
        self.nodes = nodes?.store
        let runtimeClasses = settings.watchedRuntimeClass.map { name in
            Reflector<RuntimeClass>(
                client: client,
                fieldSelector: "metadata.name=\(name)",
                logger: logger,
                onChange: { watched.runtimeClassChanged($0) }
            )
        }
        self.runtimeClasses = runtimeClasses?.store
        reflectors = [pods.run, services.run] + [nodes?.run, runtimeClasses?.run].compactMap { $0 }
    }

    /// Runs the watches until the task is cancelled or the process shuts down gracefully.
    package func run() async throws {
        try await withThrowingTaskGroup { group in
            for run in reflectors { group.addTask { try await run() } }
            try await group.waitForAll()
        }
    }

    package var isSynced: Bool { pods.isSynced && services.isSynced && nodes?.isSynced ?? true && runtimeClasses?.isSynced ?? true }

    /// Returns once every watch has delivered its first list.
    package func waitUntilSynced() async throws {
        try await pods.waitUntilSynced()
        try await services.waitUntilSynced()
        try await nodes?.waitUntilSynced()
        try await runtimeClasses?.waitUntilSynced()
    }

    package func pod(of id: StackID) -> PodObservation? { watched.pod(of: id) }

    package func hasPodGone(of id: StackID) -> Bool { watched.hasPodGone(of: id) }

    package func hasPod(of id: StackID) -> Bool { watched.hasPod(of: id) }

    package func hasService(of id: StackID) -> Bool { watched.service(of: id) != nil }

    package func node(named name: String) -> NodeObservation? {
        nodes == nil ? NodeObservation(name: name) : watched.node(named: name)
    }

    package func unreachableNodes() -> Set<String> {
        Set((nodes?.objects() ?? []).lazy.filter(\.isUnreachable).compactMap(\.metadata.name))
    }

    package func serviceFamily(of id: StackID) -> IPFamily? { watched.service(of: id)?.family }

    package func ownedObjects() -> Set<StackID> { watched.ownedObjects() }

    package func budget() -> ResourceAmount { watched.budget() }

    /// Returns the capacity for stacks; nil before the first lists.
    package func capacityReport() -> CapacityReport? { isSynced ? watched.capacityReport() : nil }

    package func nodeReport() -> NodeReport? { watched.nodeReport() }

    package func podOverhead() throws -> NodeResources {
        // Where the class cannot be read, its overhead counts once admission has written it into the Pod.
        guard let name = settings.watchedRuntimeClass, let runtimeClasses else { return .nothing }
        guard let runtimeClass = runtimeClasses.object(namespace: nil, name: name) else {
            throw runtimeClasses.isSynced ? StackError.runtimeClassMissing(name) : StackError.notSynced
        }
        return runtimeClass.podOverhead
    }

    package func shortage(forEphemeralStorageBytes bytes: Int64) -> String? { watched.shortage(forEphemeralStorageBytes: bytes) }

    /// Returns the problem of a watch that has not listed, or has received nothing from the API server for longer than `limit`; nil if
    /// there is none. Sends no request.
    package func watchProblem(limit: Duration = .seconds(180)) -> String? {
        let healths = healths
        for (kind, health) in healths where health.age == nil { return "\(kind) have not been listed yet" }
        for (kind, health) in healths {
            guard let age = health.age, age > limit else { continue }
            return "the watch of \(kind) has had no word from the API server for \(age.components.seconds) s"
        }
        return nil
    }

    private var healths: [(kind: String, health: WatchHealth)] {
        let conditional = [("Nodes", nodes?.health()), ("RuntimeClasses", runtimeClasses?.health())]
        return [("Pods", pods.health()), ("Services", services.health())]
            + conditional.compactMap { kind, health in health.map { (kind, $0) } }
    }

    /// Returns the time in seconds since the API server was last heard on each watch, by resource; nil before the first list.
    package func watchAges() -> [(resource: String, seconds: Double?)] {
        healths.map { kind, health in (kind.lowercased(), health.age.map { $0 / .seconds(1) }) }
    }

    /// Creates the namespace of stacks if it is missing.
    /// - Returns: true if the namespace was created.
    package func ensureNamespace() async throws -> Bool {
        do {
            _ = try await client.get(Namespace.self, name: settings.namespace, namespace: nil)
            return false
        } catch let error as KubernetesError where error.isNotFound {
            do {
                _ = try await client.create(Namespace(metadata: ObjectMeta(name: settings.namespace)), namespace: nil)
                return true
            } catch let error as KubernetesError where error.isAlreadyExists {
                return false
            }
        }
    }
}

extension ObjectMeta {
    /// Returns the stack of an object of this provisioner; nil for a foreign object.
    func stackID(in namespace: String) -> StackID? {
        guard self.namespace == namespace, isOurs else { return nil }
        return labels?[StackLabels.stackID].flatMap { StackID($0) }
    }
}
