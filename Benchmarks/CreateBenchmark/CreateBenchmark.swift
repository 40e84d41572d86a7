import Foundation
import KubernetesClient
import Logging
import PodPolicy

/// How long a create takes, from the request to its 201, next to the floor: the same Pod and a Service of one port created directly, and
/// a watch until the Pod has a node. All in turn, so that what the machine does besides meets them alike. Then how long a caller who waits
/// for a stack's readiness waits after it.
///
/// `scripts/benchmark` starts what this needs: `KUBECONFIG`, `SERVICE_URL`, and `SERVICE_PID` for its memory.
@main struct CreateBenchmark {
    static let rounds = 50
    static let portCounts = [1, 4, 24]
    static let deletesAtOnce = 32
    static let namespace = "stacks"

    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let service = environment["SERVICE_URL"], let pid = environment["SERVICE_PID"] else {
            print("error: run scripts/benchmark, which sets SERVICE_URL and SERVICE_PID")
            exit(2)
        }
        if let minutes = environment["EVENT_MINUTES"].flatMap({ Int($0) }) {
            return try await SimulatedEvent(service: service, pid: pid, minutes: minutes).run()
        }
        if CommandLine.arguments.contains("full") { return try await FullEvent(service: service, pid: pid, environment).run() }
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let client = try KubernetesClient(configuration: .load(environment: environment), qps: 1000, burst: 1000, logger: logger)
        let pods = Reflector<Pod>(client: client, namespace: namespace, logger: logger)
        let floor = Floor(client: client, pods: pods.store)
        do { try await measure(floor, pods, service, pid) } catch {
            // Before the client is released, which demands that it is shut down.
            print("error: \(error)")
            exit(1)
        }
        try await client.shutdown()
    }

    private static func measure(_ floor: Floor, _ pods: Reflector<Pod>, _ service: String, _ pid: String) async throws {
        let before = try residentMemory(pid)
        try await withThrowingTaskGroup { group in
            group.addTask { try await pods.run() }
            try await pods.store.waitUntilSynced()
            var floors: [Duration] = []
            var creates: [Int: [Duration]] = [:]
            var readiness: [Duration] = []
            var ids: [String] = []
            for round in 1...rounds {
                floors.append(try await ContinuousClock().measure { try await floor.create(round) })
                for ports in portCounts {
                    var id = ""
                    let time = try await ContinuousClock().measure {
                        id = try await API(base: service).create(user: round, problem: ports, ports: ports)
                    }
                    creates[ports, default: []].append(time)
                    ids.append(id)
                }
            }
            for round in 1...rounds {
                let id = try await API(base: service).create(user: rounds + round, problem: 1, prefer: "respond-async")
                readiness.append(try await timeFromReadiness(of: id, pods.store, service))
                ids.append(id)
            }
            report("floor: Pod, Service, scheduled", floors)
            for (ports, times) in creates.sorted(by: { $0.key < $1.key }) {
                report("POST /stacks with \(ports) port\(ports == 1 ? "" : "s") to 201", times)
                print("ratio of the medians: \(hundredths(times.median / floors.median))")
            }
            report("from a Pod's readiness, as a watch here sees it, to the response to who waits for it", readiness)
            let after = try residentMemory(pid)
            for round in 1...rounds { try await floor.delete(round) }
            for start in stride(from: 0, to: ids.count, by: deletesAtOnce) {
                try await withThrowingTaskGroup { group in
                    for id in ids[start..<min(start + deletesAtOnce, ids.count)] {
                        group.addTask { _ = try await API(base: service).send("DELETE", "/stacks/\(id)") }
                    }
                    try await group.waitForAll()
                }
            }
            print("resident memory of the service: \(before) KiB at first, \(after) KiB after \(ids.count) creates,", terminator: " ")
            print("\(try residentMemory(pid)) KiB after their deletion")
            group.cancelAll()
        }
    }

    /// Waits until a Pod is ready, and until the response to a request that waits for the same.
    /// - Returns: the time from one to the other; zero if the response was first.
    private static func timeFromReadiness(of id: String, _ pods: ObjectStore<Pod>, _ service: String) async throws -> Duration {
        async let answered = {
            try await API(base: service).send("GET", "/stacks/\(id)/status?wait=60s&for=ready")
            return ContinuousClock.now
        }()
        let ready: ContinuousClock.Instant = try await pods.wait(namespace: namespace, name: id) { pod in
            pod?.status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } == true ? .now : nil
        }
        return max(.zero, try await answered - ready)
    }

    /// As small as a Pod can be, so that many fit.
    static func spec(ports: Int) -> String {
        let list = (0..<ports).map { "{containerPort: \(8080 + $0)}" }.joined(separator: ", ")
        return
            "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: web, image: 'ctf.local/challenge:1', ports: [\(list)], "
            + "resources: {limits: {cpu: 1m, memory: 4Mi, ephemeral-storage: 1Mi}}}]}}"
    }
}

/// What every create costs whoever makes it.
private struct Floor: Sendable {
    var client: KubernetesClient
    var pods: ObjectStore<Pod>

    func create(_ round: Int) async throws {
        let name = "floor-\(round)"
        let checked = try PodPolicy().check(CreateBenchmark.spec(ports: 1))
        let manifest = checked.manifest(
            name: name,
            namespace: CreateBenchmark.namespace,
            labels: ["floor": name],
            activeDeadlineSeconds: 600
        )
        _ = try await client.create(manifest, as: Pod.self, namespace: CreateBenchmark.namespace)
        _ = try await client.create(service(name), namespace: CreateBenchmark.namespace)
        let _: String = try await pods.wait(namespace: CreateBenchmark.namespace, name: name) { $0?.spec?.nodeName }
    }

    func delete(_ round: Int) async throws {
        try await client.delete(Service.self, name: "floor-\(round)", namespace: CreateBenchmark.namespace)
        try await client.delete(Pod.self, name: "floor-\(round)", namespace: CreateBenchmark.namespace)
    }

    private func service(_ name: String) -> Service {
        let spec = Service.Spec(type: "NodePort", selector: ["floor": name], ports: [Service.Port(port: 8080)])
        return Service(metadata: ObjectMeta(name: name), spec: spec)
    }
}
