import KubernetesClient
import Stacks

/// What reads of stacks need of the watched objects: made once for each version of an object, since lists read thousands of them.
struct ObservedObjects {
    private(set) var pods: [StackID: PodObservation] = [:]
    private(set) var services: [StackID: ObservedService] = [:]
    private(set) var nodes: [String: NodeObservation] = [:]
    /// The stacks that the labels of Pods and Services name, by the object's name.
    private var podOwners: [String: StackID] = [:]
    private var serviceOwners: [String: StackID] = [:]
    private let namespace: String

    init(namespace: String) { self.namespace = namespace }

    /// The stacks to which an object belongs by its labels.
    var owned: Set<StackID> { Set(podOwners.values).union(serviceOwners.values) }

    /// - Parameter pod: nil for one that was removed.
    mutating func set(_ pod: PodObservation?, of metadata: ObjectMeta) {
        guard metadata.namespace == namespace, let name = metadata.name else { return }
        podOwners[name] = pod == nil ? nil : metadata.stackID(in: namespace)
        if let id = StackID(name) { pods[id] = pod }
    }

    /// - Parameter service: nil for one that was removed.
    mutating func set(_ service: ObservedService?, of metadata: ObjectMeta) {
        guard metadata.namespace == namespace, let name = metadata.name else { return }
        serviceOwners[name] = service == nil ? nil : metadata.stackID(in: namespace)
        if name.hasPrefix(Self.servicePrefix), let id = StackID(name.dropFirst(Self.servicePrefix.count)) { services[id] = service }
    }

    /// - Parameter node: nil for one that was removed.
    mutating func set(_ node: NodeObservation?, of metadata: ObjectMeta) { nodes[metadata.name ?? ""] = node }

    private static let servicePrefix = "svc-"
}

/// The cached state of a stack's Service.
struct ObservedService: Equatable {
    var family: IPFamily?

    init(_ service: Service) { family = service.spec?.ipFamilies?.first.flatMap { IPFamily(rawValue: $0) } }
}

extension Change {
    /// The metadata of the object that changed, and the object unless it was removed; nil for a new list.
    var latest: (metadata: ObjectMeta, object: T?)? {
        switch self {
        case .added(let object), .updated(_, let object): (object.metadata, object)
        case .removed(let object): (object.metadata, nil)
        case .relisted: nil
        }
    }
}
