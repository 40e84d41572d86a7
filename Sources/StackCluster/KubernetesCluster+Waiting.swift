import KubernetesClient
package import Stacks
import Synchronization

extension KubernetesCluster {
    package func waitUntilScheduled(_ id: StackID, timeout: Duration) async throws -> String {
        let wasSeen = Flag()
        let placement = try await within(timeout) {
            try await self.pods.wait(namespace: self.settings.namespace, name: id.podName) { pod -> Placement? in
                guard let pod else { return wasSeen.isSet ? .gone : nil }
                wasSeen.set()
                if pod.metadata.deletionTimestamp != nil { return .gone }
                return pod.spec?.nodeName.map { .node($0) }
            }
        }
        switch placement {
        case .node(let name):
            return name
        case .gone:
            throw podGone(id)
        case nil:
            // The watch may be silent, so the API server decides.
            let pod = try await find(Pod.self, id.podName, namespace: settings.namespace)
            guard let pod, pod.metadata.deletionTimestamp == nil else { throw podGone(id) }
            if let node = pod.spec?.nodeName { return node }
            let reason = PodObservation(pod).unschedulable ?? "the scheduler has not placed the Pod"
            throw ClusterError(.unschedulable, "no node for the Pod within \(timeout.components.seconds) s: \(reason)")
        }
    }

    private func podGone(_ id: StackID) -> ClusterError {
        ClusterError(.podGone, "Pod \(id.podName) was deleted by someone else while it was being created")
    }

    private enum Placement: Sendable { case node(String), gone }

    package func waitUntilGone(_ id: StackID, within limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        var pause = Duration.milliseconds(50)
        while true {
            try await waitUntilUncached(id, until: deadline)
            if try await isGone(id) { return true }
            guard ContinuousClock.now + pause < deadline else { return false }
            // Reached only if the watch lags behind the API server or the Pod takes long to end.
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    package func isGone(_ id: StackID) async throws -> Bool {
        let present = try await objectsExist(id)
        return !present.pod && !present.service
    }

    package func objectsExist(_ id: StackID) async throws -> ObjectsPresence {
        async let pod = exists(Pod.self, id.podName, namespace: settings.namespace)
        async let service = exists(Service.self, id.serviceName, namespace: settings.namespace)
        return try await ObjectsPresence(pod: pod, service: service)
    }

    package func nodeExists(_ name: String) async throws -> Bool {
        guard nodes != nil else { return true }
        return try await exists(Node.self, name, namespace: nil)
    }

    package func isNodeUnreachable(_ name: String) async throws -> Bool {
        guard nodes != nil else { return false }
        return try await find(Node.self, name, namespace: nil)?.isUnreachable ?? true
    }

    private func exists<T: KubernetesObject>(_ type: T.Type, _ name: String, namespace: String?) async throws -> Bool {
        try await find(type, name, namespace: namespace) != nil
    }

    /// Reads an object from the API server, not from the cache; nil if there is none.
    /// - Throws: ``ClusterError``.
    func find<T: KubernetesObject>(_ type: T.Type, _ name: String, namespace: String?) async throws -> T? {
        try await mappingErrors { try await existing(type, name, namespace: namespace) }
    }

    /// The same with the client's errors.
    /// - Throws: ``KubernetesError``.
    func existing<T: KubernetesObject>(_ type: T.Type, _ name: String, namespace: String?) async throws -> T? {
        do {
            return try await client.get(type, name: name, namespace: namespace)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    /// The time after which the API server is asked about an object that the cache still has.
    private static let maximumCacheTrust: Duration = .seconds(5)

    /// Waits until neither Pod nor Service is in the cache, for a time that the cache can be trusted.
    private func waitUntilUncached(_ id: StackID, until deadline: ContinuousClock.Instant) async throws {
        let namespace = settings.namespace
        let time = min(deadline - ContinuousClock.now, Self.maximumCacheTrust)
        guard time > .zero, hasObjects(of: id) else { return }
        _ = try await within(time) {
            let _: Bool = try await self.pods.wait(namespace: namespace, name: id.podName) { $0 == nil ? true : nil }
            let _: Bool = try await self.services.wait(namespace: namespace, name: id.serviceName) { $0 == nil ? true : nil }
            return true
        }
    }
}

/// A flag that, once set, stays set.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
