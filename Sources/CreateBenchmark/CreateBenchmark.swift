import AsyncHTTPClient
import Foundation
import KubernetesClient
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
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
                creates.append(try await ContinuousClock().measure { id = try await create(service, user: round) })
                ids.append(id)
            }
            let after = try residentMemory(pid)
            for id in ids { _ = try await send(service + "/stacks/\(id)", method: "DELETE") }
            for round in 1...rounds { try await floor.delete(round) }
            report("floor: Pod, Service, scheduled", floors)
            report("POST /stacks to 201", creates)
            print("ratio of the medians: \(hundredths(median(creates) / median(floors)))")
            print("resident memory of the service: \(before) KiB at first, \(after) KiB after \(rounds) creates,", terminator: " ")
            print("\(try residentMemory(pid)) KiB after their deletion")
            group.cancelAll()
        }
        try await client.shutdown()
    }

    static func create(_ service: String, user: Int) async throws -> String {
        struct Created: Decodable {
            var stack_id: String
        }
        let body = #"{"user_id":\#(user),"problem_id":1,"target_port":8080,"pod_spec":"\#(spec)"}"#
        return try JSONDecoder().decode(Created.self, from: try await send(service + "/stacks", method: "POST", body: body)).stack_id
    }

    private static func send(_ url: String, method: String, body: String? = nil) async throws -> Data {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let data = Data(buffer: try await response.body.collect(upTo: 1 << 20))
        guard response.status.code < 300 else {
            print("error: \(method) \(url): \(response.status.code) \(String(decoding: data, as: UTF8.self))")
            exit(1)
        }
        return data
    }

    static let spec =
        "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: web, image: 'ctf.local/challenge:1', ports: [{containerPort: 8080}], "
        + "resources: {limits: {cpu: 1m, memory: 1Mi, ephemeral-storage: 1Mi}}}]}}"

    private static func report(_ what: String, _ times: [Duration]) {
        let sorted = times.sorted()
        let figures = [
            ("min", sorted[0]), ("median", median(times)), ("p90", sorted[sorted.count * 9 / 10]), ("max", sorted[sorted.count - 1]),
        ]
        let text = figures.map { "\($0.0) \(hundredths($0.1 / .milliseconds(1))) ms" }.joined(separator: ", ")
        print("\(what): \(text) (\(times.count) times)")
    }

    private static func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }

    private static func hundredths(_ value: Double) -> String { String(format: "%.2f", value) }

    /// In KiB.
    private static func residentMemory(_ pid: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
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
