package import PodPolicy
package import Stacks
import TestBasics

extension FakeCluster: Cluster {
    package var isSynced: Bool { state.value.isSynced }

    package func createPod(_ manifest: PodManifest) async throws -> String {
        try await perform(.createPod) {
            guard let id = StackID(manifest.metadata.name) else { throw ClusterError(.invalid, "metadata.name: \(manifest.metadata.name)") }
            return try state.update { state in
                state.manifests[id] = manifest
                if let existing = state.pods[id] {
                    guard !existing.observation.isTerminating else { throw ClusterError(.podGone, "Pod \(id) is being deleted") }
                    return existing.uid
                }
                state.lastUID += 1
                var observation = PodObservation(name: id.podName)
                observation.containerNames = manifest.spec.containers.map(\.name)
                if state.scheduling == .atOnce { observation.nodeName = state.nodes.keys.min() }
                let pod = Pod(uid: "uid-\(state.lastUID)", labels: manifest.metadata.labels, observation: observation)
                state.pods[id] = pod
                return pod.uid
            }
        }
    }

    package func createService(for record: StackRecord, podUID: String) async throws {
        try await perform(.createService) {
            let isNew = try state.update { state in
                if let existing = state.services[record.id] {
                    guard existing.nodePorts == record.nodePorts else {
                        throw ClusterError(.unexpected, "Service has ports \(existing.nodePorts)")
                    }
                    return false
                }
                let held = state.services.values.reduce(into: state.foreignPorts) { $0.formUnion($1.nodePorts) }
                // Like the API server, it allocates one port after the other and names the first that it refuses.
                if let refused = record.nodePorts.first(where: held.contains) {
                    throw ClusterError(.portAllocated, "provided port is already allocated", nodePorts: [refused])
                }
                state.services[record.id] = Service(podUID: podUID, nodePorts: record.nodePorts)
                return true
            }
            if isNew { reportPorts(from: [], to: record.nodePorts) }
        }
    }

    package func waitUntilScheduled(_ id: StackID, timeout: Duration) async throws -> String {
        try await perform(.waitUntilScheduled) {
            try await state.waitForValue { state in
                guard let pod = state.pods[id], !pod.observation.isTerminating else {
                    throw ClusterError(.podGone, "Pod \(id) was deleted")
                }
                if let node = pod.observation.nodeName { return node }
                guard state.scheduling == .held else { throw ClusterError(.unschedulable, "no node for the Pod: Insufficient cpu") }
                return nil
            }
        }
    }

    package func deleteService(of id: StackID) async throws {
        try await perform(.deleteService) {
            state.update { $0.services[id]?.isTerminating = true }
            if state.value.termination == .atOnce { removeService(id) }
        }
    }

    package func deletePod(of id: StackID, isNodeGivenUp: Bool) async throws {
        try await perform(.deletePod) {
            state.update { $0.pods[id]?.observation.isTerminating = true }
            if state.value.termination == .atOnce || isNodeGivenUp { removePod(id) }
        }
    }

    package func isGone(_ id: StackID) async throws -> Bool {
        try await perform(.isGone) {
            let state = state.value
            return state.pods[id] == nil && state.services[id] == nil
        }
    }

    package func waitUntilGone(_ id: StackID, within limit: Duration) async throws -> Bool {
        try await perform(.waitUntilGone) {
            try await state.waitForValue { state in
                if state.pods[id] == nil && state.services[id] == nil { return true }
                return state.termination == .held ? nil : false
            }
        }
    }

    package func objectsExist(_ id: StackID) async throws -> ObjectsPresence {
        try await perform(.objectsExist) {
            let state = state.value
            return ObjectsPresence(pod: state.pods[id] != nil, service: state.services[id] != nil)
        }
    }

    package func nodeExists(_ name: String) async throws -> Bool {
        try await perform(.nodeExists) { state.value.nodes[name] != nil }
    }

    package func isNodeUnreachable(_ name: String) async throws -> Bool {
        try await perform(.nodeExists) { state.value.nodes[name]?.observation.isUnreachable ?? true }
    }

    package func events(of record: StackRecord) async throws -> [StackEvent] {
        try await perform(.events) { state.value.events[record.id] ?? [] }
    }

    package func log(of id: StackID, container: String, lines: Int) async throws -> [UInt8] {
        try await perform(.log) {
            guard let log = state.value.logs[container] else {
                throw ClusterError(.noLogYet, "container \"\(container)\" in pod \"\(id)\" is waiting to start: ContainerCreating")
            }
            let all = log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            return Array(all.suffix(lines).joined(separator: [UInt8(ascii: "\n")]))
        }
    }

    package func pod(of id: StackID) -> PodObservation? {
        state.value.pods[id].flatMap { $0.isWatched ? $0.observation : nil }
    }

    package func podOverhead() throws -> NodeResources {
        guard let overhead = state.value.podOverhead else { throw StackError.runtimeClassMissing("gvisor") }
        return overhead
    }

    package func hasPodGone(of id: StackID) -> Bool { state.value.gonePods.contains(id) }

    package func hasPod(of id: StackID) -> Bool { state.value.pods[id]?.isWatched == true }

    package func hasService(of id: StackID) -> Bool {
        state.value.services[id]?.isWatched == true
    }

    package func node(named name: String) -> NodeObservation? {
        state.value.nodes[name].flatMap { $0.isWatched ? $0.observation : nil }
    }

    package func ownedObjects() -> Set<StackID> {
        let state = state.value
        return Set(state.pods.filter(\.value.isWatched).keys).union(state.services.filter(\.value.isWatched).keys)
    }

    package func unreachableNodes() -> Set<String> {
        Set(state.value.nodes.filter(\.value.observation.isUnreachable).keys)
    }

    package func serviceFamily(of id: StackID) -> IPFamily? { state.value.services[id]?.family }

    package func budget() -> ResourceAmount { state.value.budget }

    package func nodeReport() -> NodeReport? { state.value.nodeReport }

    package func shortage(forEphemeralStorageBytes bytes: Int64) -> String? { state.value.shortage }

    private func perform<Result>(_ call: Call, _ effect: () async throws -> Result) async throws -> Result {
        try await state.perform(call, \.script, effect)
    }
}
