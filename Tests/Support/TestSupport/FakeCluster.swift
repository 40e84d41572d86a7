package import PodPolicy
package import Stacks
package import TestBasics

/// A Kubernetes of a few dictionaries. It is honest about what matters to stacks: creating and deleting repeat, a NodePort is held
/// once, a Pod may take its time to be scheduled and to end, and the watch may know less than the API server. It has no garbage
/// collector: what nobody deletes stays.
package final class FakeCluster: Sendable {
    package enum Call: Sendable, CaseIterable {
        case createPod, createService, waitUntilScheduled, deleteService, deletePod, isGone, waitUntilGone, objectsExist, nodeExists
        case events, log
    }

    /// How Pods get a node, and how Pods and Services end.
    package enum Pace: Sendable, Equatable {
        case atOnce
        /// When the test says so.
        case held
        /// Not before any wait for it is over, which it is at once.
        case never
    }

    package struct Pod: Sendable, Equatable {
        package var uid: String
        package var labels: [String: String]
        package var observation: PodObservation
        package var isWatched = true
    }

    package struct Service: Sendable, Equatable {
        package var podUID: String
        package var nodePorts: [Int]
        package var family: IPFamily?
        package var isTerminating = false
        package var isWatched = true

        /// The first port.
        package var nodePort: Int { nodePorts.first ?? 0 }
    }

    package struct Node: Sendable, Equatable {
        package var observation: NodeObservation
        package var isWatched = true

        package init(_ observation: NodeObservation) { self.observation = observation }
    }

    package struct State: Sendable {
        package var isSynced = true
        package var pods: [StackID: Pod] = [:]
        package var gonePods: Set<StackID> = []
        package var services: [StackID: Service] = [:]
        package var nodes = ["node-1": Node(NodeObservation(name: "node-1", externalIPs: ["203.0.113.1"]))]
        /// Ports that Services of other people hold, unknown to the watch.
        package var foreignPorts: Set<Int> = []
        package var budget = ResourceAmount(cpuMilli: 1_000_000, memoryBytes: 1 << 50)
        /// Nil where nodes cannot be read.
        package var nodeReport: NodeReport?
        package var shortage: String?
        package var events: [StackID: [StackEvent]] = [:]
        /// The logs of containers by name, of whatever stack; a container without one has not started.
        package var logs: [String: [UInt8]] = [:]
        /// Nil while the runtime class does not exist.
        package var podOverhead: NodeResources? = .nothing
        /// The Pods as they were sent.
        package var manifests: [StackID: PodManifest] = [:]
        package var scheduling = Pace.atOnce
        package var termination = Pace.atOnce
        package var script = Script<Call>()
        var lastUID = 0
    }

    /// The whole cluster; tests may change it at will.
    package let state = Observed(State())
    private let watchers = Observed<[Watcher]>([])

    struct Watcher: Sendable {
        var ports: Ports
        var reconcileQueue: ReconcileQueue
        var changes: StackChanges
    }

    package init() {}

    /// Lets a process watch: it learns of the ports in use and of what may need a repair.
    package func attach(ports: Ports, reconcileQueue: ReconcileQueue, changes: StackChanges = StackChanges()) {
        watchers.update { $0.append(Watcher(ports: ports, reconcileQueue: reconcileQueue, changes: changes)) }
        for service in state.value.services.values { ports.serviceChanged(from: [], to: service.nodePorts) }
    }

    /// Lets a call fail.
    package func fail(_ call: Call, _ moment: Failpoint.Moment = .before, with error: any Error = unreachable, times: Int = 1) {
        state.update { $0.script.faults[call] = Script.Fault(moment, error, times: times) }
    }

    /// Lets every call fail from now on, as when the API server is down.
    package func fail() {
        for call in Call.allCases { fail(call, times: .max) }
    }

    /// Lets no call fail any more.
    package func recover() { state.update { $0.script.faults = [:] } }

    package static let unreachable = ClusterError(.unavailable, "connection refused")

    /// Calls begun, of one kind or of all.
    package func count(_ call: Call? = nil) -> Int {
        let begun = state.value.script.begun
        return call.map { begun[$0] ?? 0 } ?? begun.values.reduce(0, +)
    }

    func report(_ id: StackID) {
        for watcher in watchers.value { watcher.reconcileQueue.stackChanged(id) }
        publish(id)
    }

    /// The watch shows another version of a stack's objects.
    func publish(_ id: StackID) {
        for watcher in watchers.value { watcher.changes.publish(id) }
    }

    func reportPorts(from old: [Int], to new: [Int]) {
        for watcher in watchers.value { watcher.ports.serviceChanged(from: old, to: new) }
    }
}
