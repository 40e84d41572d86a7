package import Stacks
import TestBasics

extension FakeCluster {
    /// Neither Pod nor Service of any stack is left.
    package var isEmpty: Bool { state.value.pods.isEmpty && state.value.services.isEmpty }

    /// What a service made of these records at another time: running Pods on a node, and their Services.
    package func addObjects(of records: [StackRecord], on node: String = "node-1") {
        state.update { state in
            for record in records {
                let pod = PodObservation(name: record.id.podName, phase: .running, nodeName: node)
                state.pods[record.id] = Pod(uid: record.id.podName, labels: [:], observation: pod)
                state.services[record.id] = Service(podUID: record.id.podName, nodePorts: record.nodePorts)
            }
        }
    }

    /// The scheduler places a Pod.
    package func schedule(_ id: StackID, on node: String = "node-1") {
        state.update { $0.pods[id]?.observation.nodeName = node }
        publish(id)
    }

    /// The kubelet reports of a Pod.
    package func observe(_ id: StackID, _ change: @Sendable (inout PodObservation) -> Void) {
        state.update { state in
            if state.pods[id] != nil { change(&state.pods[id, default: Self.noPod].observation) }
        }
        publish(id)
    }

    /// Somebody, or the end of its grace period, removes a Pod.
    package func removePod(_ id: StackID) {
        let removed = state.update { state in
            state.gonePods.insert(id)
            return state.pods.removeValue(forKey: id)
        }
        if removed != nil { report(id) }
    }

    /// Somebody, or the API server, removes a Service.
    package func removeService(_ id: StackID) {
        guard let removed = state.update({ $0.services.removeValue(forKey: id) }) else { return }
        reportPorts(from: removed.nodePorts, to: [])
        report(id)
    }

    /// What is terminating ends.
    package func finishTerminations() {
        let state = state.value
        for (id, pod) in state.pods where pod.observation.isTerminating { removePod(id) }
        for (id, service) in state.services where service.isTerminating { removeService(id) }
    }

    private static let noPod = Pod(uid: "", labels: [:], observation: PodObservation(name: ""))
}
