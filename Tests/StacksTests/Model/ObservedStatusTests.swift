import FoundationEssentials
import TestSupport
import Testing

@testable import Stacks

@Suite struct ObservedStatusTests {
    private typealias Container = PodObservation.Container

    private static let created = Date(microseconds: 1_750_000_000_000_000)

    private static func record(_ state: StackRecord.State) -> StackRecord {
        var record = StackRecord.sample(1, createdAt: created)
        record.state = state
        record.nodeID = state == .reserved ? nil : "node-1"
        return record
    }

    private static func status(
        _ state: StackRecord.State = .active,
        pod: PodObservation?,
        nodeExists: Bool = true,
        isNodeReady: Bool = true,
        age: TimeInterval = 30
    ) -> ObservedStatus {
        let node = nodeExists ? NodeObservation(name: "node-1", isReady: isNodeReady) : nil
        return ObservedStatus(record: record(state), pod: pod, node: node, now: created + age, startGrace: 60)
    }

    private static func pod(
        _ phase: PodObservation.Phase,
        reason: String? = nil,
        message: String? = nil,
        _ containers: Container...
    ) -> PodObservation {
        PodObservation(name: "stack-1", phase: phase, reason: reason, message: message, nodeName: "node-1", containers: containers)
    }

    private static func waiting(_ reason: String?, _ message: String? = nil, name: String = "web") -> Container {
        Container(name: name, state: .waiting(reason: reason, message: message))
    }

    private static func ended(_ exitCode: Int, _ reason: String? = nil, _ message: String? = nil, name: String = "web") -> Container {
        Container(name: name, state: .terminated(exitCode: exitCode, reason: reason, message: message))
    }

    private static let running = Container(name: "web", state: .running)
    private static let sidecar = Container(name: "db", state: .running)

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var pod: PodObservation
        var status: StackStatus
        var reason: String?
        var message: String?

        init(_ what: String, _ pod: PodObservation, _ status: StackStatus, _ reason: String? = nil, _ message: String? = nil) {
            testDescription = what
            self.pod = pod
            self.status = status
            self.reason = reason
            self.message = message
        }
    }

    static let rows: [Row] = [
        Row("just placed", pod(.pending), .creating, "Starting", "waiting for the node to start the containers"),
        Row(
            "containers being made",
            pod(.pending, waiting("ContainerCreating")),
            .creating,
            "ContainerCreating",
            "container web: ContainerCreating"
        ),
        Row(
            "an init container runs",
            pod(.pending, Container(name: "init", state: .running), waiting("PodInitializing")),
            .creating,
            "PodInitializing",
            nil
        ),
        Row("an init container is being made", pod(.pending, waiting("PodInitializing", name: "init")), .creating, "PodInitializing", nil),
        Row(
            "an init container has done its work",
            pod(.pending, ended(0, "Completed", name: "init"), waiting("ContainerCreating")),
            .creating,
            "ContainerCreating",
            nil
        ),
        Row("waiting without a reason", pod(.pending, waiting(nil)), .creating, "Starting", nil),
        Row("running", pod(.running, running), .running, nil, nil),
        Row("running, with one that has ended well", pod(.running, running, ended(0, "Completed", name: "setup")), .running, nil, nil),
        Row("one of two still waits", pod(.running, sidecar, waiting("ContainerCreating")), .running, nil, nil),
        Row("no report from the node", pod(.unknown, running), .running, "NodeUnreachable", "the node has stopped reporting"),
        Row("succeeded", pod(.succeeded, ended(0, "Completed")), .stopped, "Completed", "every container ended with exit code 0"),
        Row("exit code", pod(.failed, ended(3, "Error")), .failed, "Error", "container web ended with exit code 3"),
        Row("exit code without a reason", pod(.failed, ended(3)), .failed, "Error", "container web ended with exit code 3"),
        Row("out of memory", pod(.failed, ended(137, "OOMKilled")), .failed, "OOMKilled", "container web ended with exit code 137"),
        Row("last words", pod(.failed, ended(1, "Error", "no flag")), .failed, "Error", "container web ended with exit code 1: no flag"),
        Row(
            "an init container failed",
            pod(.failed, ended(1, "Error", name: "init"), waiting("PodInitializing")),
            .failed,
            "Error",
            "container init ended with exit code 1"
        ),
        Row("evicted", pod(.failed, reason: "Evicted", message: "low on memory"), .failed, "Evicted", "low on memory"),
        Row(
            "the kubelet's deadline",
            pod(.failed, reason: "DeadlineExceeded", message: "too long", ended(137, "Error")),
            .failed,
            "DeadlineExceeded",
            "too long"
        ),
        Row("failed without a word", pod(.failed), .failed, "Failed", "the Pod failed"),
        Row(
            "one of two ended badly, the Pod runs on",
            pod(.running, sidecar, ended(2, "Error")),
            .failed,
            "Error",
            "container web ended with exit code 2"
        ),
        Row(
            "one of two was killed before the other started",
            pod(.pending, waiting("ContainerCreating", name: "db"), ended(137, "OOMKilled")),
            .failed,
            "OOMKilled",
            nil
        ),
        Row(
            "a config that cannot be",
            pod(.pending, waiting("CreateContainerConfigError", "no such key")),
            .failed,
            "CreateContainerConfigError",
            "container web: no such key"
        ),
        Row(
            "a container that a busy runtime has not made yet",
            pod(.pending, waiting("CreateContainerError", "context deadline exceeded")),
            .creating,
            "CreateContainerError",
            "container web: context deadline exceeded"
        ),
        Row("an image name that cannot be", pod(.pending, waiting("InvalidImageName")), .failed, "InvalidImageName", nil),
        Row("a command that cannot be run", pod(.pending, waiting("RunContainerError")), .failed, "RunContainerError", nil),
        Row(
            "a hopeless container behind one that only waits",
            pod(.pending, waiting("ContainerCreating", name: "db"), waiting("InvalidImageName")),
            .failed,
            "InvalidImageName",
            "container web: InvalidImageName"
        ),
        Row(
            "a hopeless container beside a running one",
            pod(.running, sidecar, waiting("RunContainerError")),
            .failed,
            "RunContainerError",
            nil
        ),
        Row(
            "the container that has the port has ended well beside a helper",
            pod(.running, server(0), sidecar),
            .stopped,
            "Completed",
            "container web, which has port 8080, ended with exit code 0"
        ),
        Row("a helper has ended well beside the container that has the port", pod(.running, server(nil), ended(0, name: "db")), .running),
        Row("the container that has the port has failed", pod(.running, server(3), sidecar), .failed, "Error", nil),
        Row("an injected container has failed", pod(.running, running, injected(1)), .running),
        Row("an injected container waits for its image", pod(.pending, running, injected(nil)), .creating, "InvalidImageName", nil),
        Row("a sidecar is restarted", pod(.running, running, restarted), .running),
        Row("only an injected container failed", pod(.failed, ended(0), injected(1)), .stopped, "Completed", nil),
        Row("somebody deletes a Pod that has ended", terminating(.succeeded), .failed, "Terminating", nil),
        Row("somebody deletes a Pod that was killed by it", terminating(.failed), .failed, "Terminating", nil),
        Row("somebody deletes a running Pod", terminating(.running), .running, "Terminating", nil),
    ]

    private static func server(_ exitCode: Int?) -> Container {
        let state = exitCode.map { Container.State.terminated(exitCode: $0, reason: nil, message: nil) } ?? .running
        return Container(name: "web", state: state, ports: [8080])
    }

    private static func injected(_ exitCode: Int?) -> Container {
        let waiting = Container.State.waiting(reason: "InvalidImageName", message: nil)
        let state = exitCode.map { Container.State.terminated(exitCode: $0, reason: nil, message: nil) } ?? waiting
        return Container(name: "proxy", state: state, isOurs: false)
    }

    private static let restarted = Container(name: "mesh", state: .terminated(exitCode: 137, reason: nil, message: nil), role: .sidecar)

    private static func terminating(_ phase: PodObservation.Phase) -> PodObservation {
        PodObservation(name: "stack-1", phase: phase, nodeName: "node-1", containers: [running], isTerminating: true)
    }

    @Test(arguments: [
        ("CreateContainerError", 59.0, StackStatus.creating), ("CreateContainerError", 60, .failed), ("ErrImagePull", 60, .failed),
    ])
    func `a transient failure of a container counts as creating for its grace, then as failed`(
        reason: String,
        age: TimeInterval,
        status: StackStatus
    ) {
        #expect(Self.status(pod: Self.pod(.pending, Self.waiting(reason)), age: age).status == status)
    }

    @Test(arguments: rows)
    func `the Pod's state becomes a status with a reason`(row: Row) {
        let found = Self.status(pod: row.pod)
        #expect(found.status == row.status)
        #expect(found.reason == row.reason)
        if let message = row.message { #expect(found.message == message) }
    }

    @Test(
        arguments: ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"],
        [(0.0, StackStatus.creating), (59.9, .creating), (60, .failed), (3600, .failed)]
    )
    func `an image that cannot be pulled is forgiven for its grace`(reason: String, row: (age: Double, status: StackStatus)) {
        for pod in [
            Self.pod(.pending, Self.waiting(reason, "manifest unknown")),
            Self.pod(.running, Self.sidecar, Self.waiting(reason, "manifest unknown")),
        ] {
            let found = Self.status(pod: pod, age: row.age)
            guard pod.phase == .pending || row.status == .failed else { continue }
            #expect(found == ObservedStatus(status: row.status, reason: reason, message: "container web: manifest unknown"))
        }
    }

    @Test(arguments: [PodObservation.Phase.pending, .running, .succeeded, .failed, .unknown])
    func `on a node that has gone the Pod's last word counts for nothing`(phase: PodObservation.Phase) {
        let found = Self.status(pod: Self.pod(phase), nodeExists: false)
        #expect(
            found == ObservedStatus(status: .nodeDeleted, reason: "NodeDeleted", message: "node node-1 is no longer part of the cluster")
        )
        #expect(Self.status(pod: nil, nodeExists: false).status == .nodeDeleted)
    }

    @Test func `what another replica made a moment ago need not have been seen yet`() {
        let unseen = ObservedStatus(
            status: .creating,
            reason: "PodNotSeen",
            message: "the Pod was made a moment ago and has not been seen here yet"
        )
        #expect(Self.status(pod: nil, age: 29.9) == unseen)
        #expect(Self.status(pod: nil, nodeExists: false, age: 29.9) == unseen)
        #expect(Self.status(pod: Self.pod(.running, Self.running), nodeExists: false, age: 29.9).status == .running)
    }

    @Test func `what runs on a node that does not report, or is being deleted by others, says so`() {
        var ending = Self.pod(.running, Self.running)
        ending.isTerminating = true
        #expect(Self.status(pod: ending).status == .running && Self.status(pod: ending).reason == "Terminating")
        #expect(Self.status(pod: ending, isNodeReady: false).reason == "NodeNotReady")
        #expect(Self.status(pod: Self.pod(.running, Self.running), isNodeReady: false).status == .running)
        // What has ended has ended, whatever becomes of the node.
        #expect(Self.status(pod: Self.pod(.failed, reason: "Evicted"), isNodeReady: false).reason == "Evicted")
    }

    @Test func `an active stack without a Pod has failed`() {
        #expect(
            Self.status(pod: nil)
                == ObservedStatus(status: .failed, reason: "PodMissing", message: "the Pod no longer exists in the cluster")
        )
    }

    @Test func `a reservation is being created, whatever there is of it`() {
        for pod in [nil, Self.pod(.pending), Self.pod(.failed), Self.pod(.running, Self.running)] {
            let found = Self.status(.reserved, pod: pod, nodeExists: false)
            #expect(found == ObservedStatus(status: .creating, reason: "Provisioning", message: "the Pod is being created and scheduled"))
        }
    }

    @Test func `a reservation says what the scheduler says`() {
        let pod = PodObservation(name: "stack-1", unschedulable: "0/1 nodes are available: 1 Insufficient cpu.")
        #expect(Self.status(.reserved, pod: pod).message == "0/1 nodes are available: 1 Insufficient cpu.")
    }

    @Test func `creating and running are active, and nothing else`() {
        #expect(StackStatus.allCases.filter(\.isActive) == [.creating, .running])
        #expect(StackStatus.allCases.map(\.rawValue) == ["creating", "running", "stopped", "failed", "node_deleted"])
    }
}
