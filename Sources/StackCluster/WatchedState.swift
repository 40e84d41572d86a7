import KubernetesClient
import Stacks
import Synchronization

/// What follows from each event of the watches: the capacity, the ports in use, and what the reconciler should look at.
final class WatchedState: Sendable {
    private let settings: KubernetesCluster.Settings
    private let ports: Ports
    private let triggers: ReconcileTriggers
    private let capacity = Mutex(CapacityTracker())

    init(settings: KubernetesCluster.Settings, ports: Ports, triggers: ReconcileTriggers) {
        self.settings = settings
        self.ports = ports
        self.triggers = triggers
    }

    func budget() -> ResourceAmount {
        capacity.withLock {
            $0.budget(totalCPUMilli: settings.totalCPUMilli, totalMemoryBytes: settings.totalMemoryBytes, reserve: settings.reserve)
        }
    }

    func podChanged(_ change: Change<Pod>) {
        switch change {
        case .added(let pod), .updated(_, let pod):
            let owned = pod.metadata.stackID(in: settings.namespace) != nil
            capacity.withLock { $0.setPod(pod.metadata.key, pod.usage(isOwned: owned)) }
        case .removed(let pod):
            capacity.withLock { $0.setPod(pod.metadata.key, nil) }
            if let id = pod.metadata.stackID(in: settings.namespace) { triggers.stackChanged(id) }
        case .relisted:
            triggers.requestFullPass()
        }
    }

    func serviceChanged(_ change: Change<Service>) {
        switch change {
        case .added(let service): ports.serviceChanged(from: [], to: service.nodePorts)
        case .updated(let old, let new): ports.serviceChanged(from: old.nodePorts, to: new.nodePorts)
        case .removed(let service):
            ports.serviceChanged(from: service.nodePorts, to: [])
            if let id = service.metadata.stackID(in: settings.namespace) { triggers.stackChanged(id) }
        case .relisted:
            triggers.requestFullPass()
        }
    }

    func nodeChanged(_ change: Change<Node>) {
        switch change {
        case .added(let node), .updated(_, let node):
            capacity.withLock { $0.setNode(node.metadata.name ?? "", node.capacity(selector: settings.nodeSelector)) }
        case .removed(let node):
            capacity.withLock { $0.setNode(node.metadata.name ?? "", nil) }
            triggers.requestFullPass()
        case .relisted:
            triggers.requestFullPass()
        }
    }
}

extension ObjectMeta {
    var key: String { "\(namespace ?? "")/\(name ?? "")" }
}
