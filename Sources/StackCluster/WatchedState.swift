import KubernetesClient
import Stacks
import Synchronization

/// Applies watch events to the capacity, the ports and the queue of the reconciler.
final class WatchedState: Sendable {
    private let settings: KubernetesCluster.Settings
    private let ports: Ports
    private let reconcileQueue: ReconcileQueue
    private let changes: StackChanges
    private let readyTimes: ReadyTimes
    private let onNetworkChange: @Sendable () -> Void
    private let capacity: Mutex<Capacity>
    private let ownPorts = Mutex(OwnPorts())
    private let observed: Mutex<ObservedObjects>

    /// The capacity, and the nodes by name to look at again when the placement changes.
    private struct Capacity {
        var tracker: CapacityTracker
        var nodes: [String: Node] = [:]
        var placement: Placement

        init(_ settings: KubernetesCluster.Settings) {
            tracker = CapacityTracker(knowsNodes: settings.watchScope == .cluster)
            placement = settings.placement(runtimeClass: nil)
        }

        mutating func setNode(_ name: String, _ node: Node?) {
            nodes[name] = node
            tracker.setNode(name, node?.capacity(placement))
        }

        mutating func setPlacement(_ new: Placement) {
            guard new != placement else { return }
            placement = new
            for (name, node) in nodes { tracker.setNode(name, node.capacity(new)) }
        }
    }

    /// NodePorts of stacks whose Service is gone while the Pod still exists. Their records hold the ports until the Pod is gone, so the
    /// store would refuse them.
    private struct OwnPorts {
        var pods: Set<StackID> = []
        var withoutService: [StackID: [Int]] = [:]
        /// When each Pod went, for a minute.
        var gone: [StackID: ContinuousClock.Instant] = [:]
    }

    /// - Parameter onNetworkChange: called when the addresses or Pod ranges of the nodes change.
    init(
        settings: KubernetesCluster.Settings,
        ports: Ports,
        reconcileQueue: ReconcileQueue,
        changes: StackChanges = StackChanges(),
        readyTimes: ReadyTimes = ReadyTimes(),
        onNetworkChange: @escaping @Sendable () -> Void = {}
    ) {
        self.settings = settings
        capacity = Mutex(Capacity(settings))
        observed = Mutex(ObservedObjects(namespace: settings.namespace))
        self.ports = ports
        self.reconcileQueue = reconcileQueue
        self.changes = changes
        self.readyTimes = readyTimes
        self.onNetworkChange = onNetworkChange
    }

    func budget() -> ResourceAmount {
        capacity.withLock {
            $0.tracker.budget(totalCPUMilli: settings.totalCPUMilli, totalMemoryBytes: settings.totalMemoryBytes, reserve: settings.reserve)
        }
    }

    func capacityReport() -> CapacityReport {
        capacity.withLock {
            $0.tracker.report(totalCPUMilli: settings.totalCPUMilli, totalMemoryBytes: settings.totalMemoryBytes, reserve: settings.reserve)
        }
    }

    /// Returns the nodes; nil where they cannot be read.
    func nodeReport() -> NodeReport? {
        settings.watchScope == .cluster ? capacity.withLock { $0.tracker.nodeReport() } : nil
    }

    /// Returns the exhausted resource, if any. Configured totals mean a cluster that autoscales, so its current nodes are no limit.
    func shortage(forEphemeralStorageBytes bytes: Int64) -> String? {
        guard settings.totalCPUMilli == nil, settings.totalMemoryBytes == nil else { return nil }
        return capacity.withLock { $0.tracker.shortage(forEphemeralStorageBytes: bytes) }
    }

    private static let memoryOfGonePods: Duration = .seconds(60)

    func hasPodGone(of id: StackID) -> Bool {
        ownPorts.withLock { own in
            guard !own.pods.contains(id), let went = own.gone[id] else { return false }
            return ContinuousClock.now - went < Self.memoryOfGonePods
        }
    }

    func pod(of id: StackID) -> PodObservation? { observed.withLock { $0.pods[id] } }

    func hasPod(of id: StackID) -> Bool { observed.withLock { $0.pods.keys.contains(id) } }

    func service(of id: StackID) -> ObservedService? { observed.withLock { $0.services[id] } }

    func node(named name: String) -> NodeObservation? { observed.withLock { $0.nodes[name] } }

    func ownedObjects() -> Set<StackID> { observed.withLock { $0.owned } }

    func podChanged(_ change: Change<Pod>) {
        if let (metadata, pod) = change.latest {
            // Made before the lock is taken, which all reads of stacks need.
            let observation = pod.map { PodObservation($0) }
            observed.withLock { $0.set(observation, of: metadata) }
        }
        track(change)
    }

    private func track(_ change: Change<Pod>) {
        switch change {
        case .updated(let old, let pod) where old.metadata.stackID(in: settings.namespace) != pod.metadata.stackID(in: settings.namespace):
            // Someone removed the labels, so the Pod belongs to no stack from now on.
            track(.removed(old))
            track(.added(pod))
        case .added(let pod), .updated(_, let pod):
            let id = pod.metadata.stackID(in: settings.namespace)
            if let id { ownPorts.withLock { _ = $0.pods.insert(id) } }
            capacity.withLock { $0.tracker.setPod(pod.metadata.key, pod.usage(isOwned: id != nil)) }
            guard let id else { return }
            if pod.isReady { readyTimes.isReady(id) }
            changes.publish(id)
        case .removed(let pod):
            capacity.withLock { $0.tracker.setPod(pod.metadata.key, nil) }
            guard let id = pod.metadata.stackID(in: settings.namespace) else { return }
            let released = ownPorts.withLock { own in
                own.pods.remove(id)
                let now = ContinuousClock.now
                own.gone = own.gone.filter { now - $0.value < Self.memoryOfGonePods }
                own.gone[id] = now
                return own.withoutService.removeValue(forKey: id)
            }
            if let released { ports.serviceChanged(from: released, to: []) }
            readyTimes.isGone(id)
            reconcileQueue.stackChanged(id)
            changes.publish(id)
        case .relisted:
            reconcileQueue.requestFullPass()
            changes.publishAll()
        }
    }

    func serviceChanged(_ change: Change<Service>) {
        if let (metadata, service) = change.latest {
            observed.withLock { $0.set(service.map { ObservedService($0) }, of: metadata) }
        }
        defer { publish(change) }
        switch change {
        case .added(let service): ports.serviceChanged(from: [], to: service.allocatedNodePorts)
        case .updated(let old, let new): ports.serviceChanged(from: old.allocatedNodePorts, to: new.allocatedNodePorts)
        case .removed(let service):
            let held = service.allocatedNodePorts
            guard let id = service.metadata.stackID(in: settings.namespace) else { return ports.serviceChanged(from: held, to: []) }
            let isPodLeft = ownPorts.withLock { own in
                guard own.pods.contains(id) else { return false }
                own.withoutService[id, default: []] += held
                return true
            }
            if !isPodLeft { ports.serviceChanged(from: held, to: []) }
            reconcileQueue.stackChanged(id)
        case .relisted:
            reconcileQueue.requestFullPass()
        }
    }

    /// A stack's address depends on its Service.
    private func publish(_ change: Change<Service>) {
        switch change {
        case .added(let service), .updated(_, let service), .removed(let service):
            if let id = service.metadata.stackID(in: settings.namespace) { changes.publish(id) }
        case .relisted:
            changes.publishAll()
        }
    }

    func nodeChanged(_ change: Change<Node>) {
        if let (metadata, node) = change.latest { observed.withLock { $0.set(node.map { NodeObservation($0) }, of: metadata) } }
        if change.movesNetworks { onNetworkChange() }
        defer { if changesStacks(change) { changes.publishAll() } }
        switch change {
        case .added(let node), .updated(_, let node):
            capacity.withLock { $0.setNode(node.metadata.name ?? "", node) }
        case .removed(let node):
            capacity.withLock { $0.setNode(node.metadata.name ?? "", nil) }
            reconcileQueue.requestFullPass()
        case .relisted:
            reconcileQueue.requestFullPass()
        }
    }
}

extension WatchedState {
    /// Applies the nodes that the runtime class allows. Of several, only the configured one counts.
    func runtimeClassChanged(_ change: Change<RuntimeClass>) {
        switch change {
        case .added(let object), .updated(_, let object): setRuntimeClass(object, named: object.metadata.name)
        case .removed(let object): setRuntimeClass(nil, named: object.metadata.name)
        case .relisted: break
        }
    }

    private func setRuntimeClass(_ runtimeClass: RuntimeClass?, named name: String?) {
        guard name == settings.runtimeClassName else { return }
        capacity.withLock { $0.setPlacement(settings.placement(runtimeClass: runtimeClass)) }
    }

    /// Returns true if the change shows in stacks. Nodes report every few seconds, mostly what stacks do not show.
    private func changesStacks(_ change: Change<Node>) -> Bool {
        switch change {
        case .updated(let old, let new): NodeObservation(old) != NodeObservation(new)
        case .added, .removed, .relisted: true
        }
    }
}

extension Change<Node> {
    /// True if the addresses or Pod ranges of the cluster's nodes may be others than before.
    fileprivate var movesNetworks: Bool {
        guard case .updated(let old, let new) = self else { return true }
        return old.status?.addresses != new.status?.addresses || old.spec?.podCIDR != new.spec?.podCIDR
            || old.spec?.podCIDRs != new.spec?.podCIDRs
    }
}

extension ObjectMeta {
    var key: String { "\(namespace ?? "")/\(name ?? "")" }
}
