import KubernetesClient
import Stacks

/// What reads of stacks need of the watched objects: made once for each version of an object, since lists read thousands of them.
struct ObservedObjects {
    private(set) var pods: [StackID: PodObservation] = [:]
    private(set) var services: [StackID: ObservedService] = [:]
    private(set) var nodes: [String: NodeObservation] = [:]
    private let namespace: String

    init(namespace: String) { self.namespace = namespace }

    mutating func apply(_ change: Change<Pod>) {
        switch change {
        case .added(let pod), .updated(_, let pod): if let id = id(pod.metadata) { pods[id] = PodObservation(pod) }
        case .removed(let pod): if let id = id(pod.metadata) { pods[id] = nil }
        case .relisted: break
        }
    }

    mutating func apply(_ change: Change<Service>) {
        switch change {
        case .added(let service), .updated(_, let service):
            guard let id = id(service.metadata, prefix: "svc-") else { return }
            services[id] = ObservedService(family: service.spec?.ipFamilies?.first.flatMap { IPFamily(rawValue: $0) })
        case .removed(let service): if let id = id(service.metadata, prefix: "svc-") { services[id] = nil }
        case .relisted: break
        }
    }

    mutating func apply(_ change: Change<Node>) {
        switch change {
        case .added(let node), .updated(_, let node): nodes[node.metadata.name ?? ""] = NodeObservation(node)
        case .removed(let node): nodes[node.metadata.name ?? ""] = nil
        case .relisted: break
        }
    }

    /// Returns the stack whose object has this name, whatever its labels.
    private func id(_ metadata: ObjectMeta, prefix: String = "") -> StackID? {
        guard metadata.namespace == namespace, let name = metadata.name, name.hasPrefix(prefix) else { return nil }
        return StackID(name.dropFirst(prefix.count))
    }
}

/// The cached state of a stack's Service.
struct ObservedService: Equatable {
    var family: IPFamily?
}
