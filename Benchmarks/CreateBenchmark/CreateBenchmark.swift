import Foundation
import KubernetesClient
import Logging
import PodPolicy

/// How long a create takes, from the request to its 201, next to the floor: the same Pod and a Service created directly, and a watch
/// until the Pod has a node. Both in turn, so that what the machine does besides meets both alike.
///
/// `scripts/benchmark` starts what this needs: `KUBECONFIG`, `SERVICE_URL`, and `SERVICE_PID` for its memory.
@main struct CreateBenchmark {
    static let rounds = 50
    static let namespace = "stacks"

    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let service = environment["SERVICE_URL"], let pid = environment["SERVICE_PID"] else {
            print("error: run scripts/benchmark, which sets SERVICE_URL and SERVICE_PID")
            exit(2)
        }
        if CommandLine.arguments.contains("full") { return try await FullEvent(service: service, pid: pid, environment).run() }
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let client = try KubernetesClient(configuration: .load(environment: environment), qps: 1000, burst: 1000, logger: logger)
        let pods = Reflector<Pod>(client: client, namespace: namespace, logger: logger)
        let floor = Floor(client: client, pods: pods.store)
        let before = try residentMemory(pid)
        try await withThrowingTaskGroup { group in
            group.addTask { try await pods.run() }
            try await pods.store.waitUntilSynced()
            var floors: [Duration] = []
            var creates: [Duration] = []
            var ids: [String] = []
            for round in 1...rounds {
                floors.append(try await ContinuousClock().measure { try await floor.create(round) })
                var id = ""
                creates.append(try await ContinuousClock().measure { id = try await API(base: service).create(user: round, problem: 1) })
                ids.append(id)
            }
            let after = try residentMemory(pid)
            try await withThrowingTaskGroup { group in
                for id in ids { group.addTask { _ = try await API(base: service).send("DELETE", "/stacks/\(id)") } }
                for round in 1...rounds { group.addTask { try await floor.delete(round) } }
                try await group.waitForAll()
            }
            report("floor: Pod, Service, scheduled", floors)
            report("POST /stacks to 201", creates)
            print("ratio of the medians: \(hundredths(creates.median / floors.median))")
            print("resident memory of the service: \(before) KiB at first, \(after) KiB after \(rounds) creates,", terminator: " ")
            print("\(try residentMemory(pid)) KiB after their deletion")
            group.cancelAll()
        }
        try await client.shutdown()
    }

    /// As small as a Pod can be, so that many fit.
    static let spec =
        "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: web, image: 'ctf.local/challenge:1', ports: [{containerPort: 8080}], "
        + "resources: {limits: {cpu: 1m, memory: 4Mi, ephemeral-storage: 1Mi}}}]}}"
}

/// What every create costs whoever makes it.
private struct Floor: Sendable {
    var client: KubernetesClient
    var pods: ObjectStore<Pod>

    func create(_ round: Int) async throws {
        let name = "floor-\(round)"
        let checked = try PodPolicy().check(CreateBenchmark.spec)
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
