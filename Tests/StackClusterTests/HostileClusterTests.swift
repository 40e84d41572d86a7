import FoundationEssentials
import KubernetesClient
import Stacks
import TestBasics
import Testing

@testable import StackCluster

/// Whatever a tenant of the cluster can make the API server hold goes through observation, capacity, ports and error mapping, and ends
/// nothing. What was counted is not counted any more once its objects are gone.
@Suite struct HostileClusterTests {
    @Test(arguments: [UInt64(1), UInt64.random(in: 2...(.max))])
    func `no Pod, Node, Service or Status ends the process`(seed: UInt64) throws {
        var odd = OddObjects(seed: seed)
        let state = WatchedState(
            settings: KubernetesCluster.Settings(namespace: "stacks", runtimeClassName: "gvisor", reserve: .standard),
            ports: Ports(pool: PortPool(range: 30000...30010)),
            reconcileQueue: ReconcileQueue()
        )
        var pods: [Pod] = []
        var read = 0
        for round in 0..<12_500 {
            if let pod = odd.decode(Pod.self, odd.pod()) {
                _ = PodObservation(pod.trimmed())
                state.podChanged(.added(pod.trimmed()))
                pods.append(pod)
                read += 1
            }
            if let node = odd.decode(Node.self, odd.node()) {
                _ = NodeObservation(node)
                state.nodeChanged(.added(node))
                read += 1
            }
            if let runtimeClass = odd.decode(RuntimeClass.self, odd.runtimeClass()) {
                _ = runtimeClass.podOverhead
                state.runtimeClassChanged(round.isMultiple(of: 3) ? .removed(runtimeClass) : .added(runtimeClass))
            }
            if let service = odd.decode(Service.self, odd.service()) {
                state.serviceChanged(.added(service))
                if round.isMultiple(of: 2) { state.serviceChanged(.removed(service)) }
                read += 1
            }
            if let status = odd.decode(Status.self, odd.status()) {
                let error = KubernetesError(.status, status.message ?? "", code: status.code, status: status)
                _ = Disposition(error, creating: .pod)
                _ = Disposition(error, creating: .service(nodePorts: [30001]))
                read += 1
            }
            _ = state.budget()
            if round.isMultiple(of: 100) { _ = state.nodeReport() }
            _ = state.shortage(forEphemeralStorageBytes: 1)
            // Not all are kept: each budget looks at every node.
            if pods.count > 200 {
                for pod in pods { state.podChanged(.removed(pod)) }
                pods = []
            }
        }
        for pod in pods { state.podChanged(.removed(pod)) }
        // Only if most can be read the test says something.
        #expect(read > 25_000, "seed \(seed)")
    }

    @Test func `a stranger's Pod that asks for more than there can be takes no room until a node carries it`() throws {
        let state = WatchedState(
            settings: KubernetesCluster.Settings(namespace: "stacks", reserve: .standard),
            ports: Ports(pool: PortPool(range: 30000...30010)),
            reconcileQueue: ReconcileQueue()
        )
        let node = try Objects.node(
            status: #"{"conditions":[{"type":"Ready","status":"True"}],"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}"#
        )
        state.nodeChanged(.added(node))
        let before = state.budget()
        let huge = #"{"name":"a","resources":{"requests":{"memory":"7Ei","cpu":"9e15"}}}"#
        let pending = try Objects.pod(spec: #"{"containers":[\#(huge),\#(huge)]}"#)
        state.podChanged(.added(pending))
        #expect(state.budget() == before)
        let placed = try Objects.pod(spec: #"{"nodeName":"node-1","containers":[\#(huge),\#(huge)]}"#)
        state.podChanged(.updated(old: pending, new: placed))
        // It takes the node that it is bound to, and no more: 8 Gi less a fifth, less 8 Gi.
        #expect(state.budget().memoryBytes == -((8 << 30) / 5 + 1))
        state.podChanged(.removed(placed))
        #expect(state.budget() == before)
    }
}

/// Makes objects of odd parts: boundary numbers, every suffix, missing and null fields, unknown words.
struct OddObjects {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    func decode<T: Decodable>(_ type: T.Type, _ text: String) -> T? {
        do {
            return try Objects.decode(type, text)
        } catch {
            // The client reports such an object and keeps the last one.
            return nil
        }
    }

    private static let integers = [
        "0", "1", "-1", "30000", "30005", "65535", "65536", "2147483647", "2147483648", "-2147483648", "9223372036854775806",
        "9223372036854775807", "-9223372036854775808",
    ]
    private static let numbers =
        integers + [
            "9223372036854775808", "18446744073709551615", "18446744073709551616", "170141183460469231731687303715884105727",
            "170141183460469231731687303715884105728", "0.5", "1.7014118346046923e38", "99999999999999999999999999999999999999999",
        ]
    private static let suffixes = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E18", "e2147483647",
    ]
    private static let words = ["Running", "Failed", "Succeeded", "Pending", "Unknown", "Always", "Ready", "True", "False", "", "é\\u0000"]

    private mutating func any(_ choices: [String]) -> String { choices.randomElement(using: &generator) ?? "" }

    private mutating func quantity() -> String { #""\#(any(Self.numbers))\#(any(Self.suffixes))""# }

    private mutating func word() -> String { #""\#(any(Self.words))""# }

    /// A field, or nothing, or null.
    private mutating func field(_ name: String, _ value: String) -> String? {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: nil
        case 1: #""\#(name)":null"#
        default: #""\#(name)":\#(value)"#
        }
    }

    private mutating func object(_ fields: [String?]) -> String { "{\(fields.compactMap { $0 }.joined(separator: ","))}" }

    private mutating func list(_ make: (inout OddObjects) -> String) -> String {
        "[\((0..<Int.random(in: 0...3, using: &generator)).map { _ in make(&self) }.joined(separator: ","))]"
    }

    private mutating func resources() -> String {
        object([field("cpu", quantity()), field("memory", quantity()), field("ephemeral-storage", quantity()), field("pods", quantity())])
    }

    private mutating func requests() -> String { object([field("requests", resources()), field("limits", resources())]) }

    private mutating func metadata() -> String {
        let number = Int.random(in: 0..<300, using: &generator)
        let id = "stack-000000000000" + (number < 16 ? "000" : number < 256 ? "00" : "0") + String(number, radix: 16)
        let labels = #"{"app.kubernetes.io/managed-by":"ctf-provisioner","ctf-provisioner.dev/stack-id":"\#(id)"}"#
        let annotations = object([
            field("ctf-provisioner.dev/requested-cpu", quantity()), field("ctf-provisioner.dev/requested-memory", quantity()),
            field("ctf-provisioner.dev/containers", #""a,,b""#),
        ])
        let name = #""name":"\#(any([id, "svc-" + id, "x"]))""#
        return object([
            name, field("namespace", any([#""stacks""#, #""default""#])), field("labels", labels), field("annotations", annotations),
            field("deletionTimestamp", any(["null", #""2026-01-01T00:00:00Z""#, #""9999-12-31T23:59:59Z""#])),
            field("resourceVersion", #""\#(any(Self.numbers))""#),
        ])
    }

    private mutating func container() -> String {
        object([
            #""name":"\#(any(["a", "b", "c"]))""#, field("resources", requests()), field("restartPolicy", word()),
            field("ports", list { odd in odd.object([#""containerPort":\#(odd.any(Self.integers))"#]) }),
            field("env", list { odd in odd.object([#""name":\#(odd.word())"#, odd.field("value", odd.word())]) }),
            field("unknown", any(Self.integers)),
        ])
    }

    private mutating func containerStatus() -> String {
        let ended = #"{"exitCode":\#(any(Self.integers)),"reason":\#(word())}"#
        let state = any([#"{"terminated":\#(ended)}"#, #"{"waiting":{"reason":\#(word())}}"#, #"{"running":{}}"#, "{}"])
        return object([
            #""name":"\#(any(["a", "b", "c"]))""#, field("state", state), field("allocatedResources", resources()),
            field("resources", requests()), field("restartCount", any(Self.integers)),
        ])
    }

    private mutating func conditions() -> String {
        list { odd in
            odd.object([
                #""type":"\#(odd.any(["Ready", "PodScheduled", "PodResizePending"]))""#, #""status":\#(odd.word())"#,
                odd.field("reason", odd.any([#""Infeasible""#, odd.word()])),
            ])
        }
    }

    mutating func pod() -> String {
        let spec = object([
            #""containers":\#(list { $0.container() })"#, field("initContainers", list { $0.container() }),
            field("nodeName", #""node-\#(Int.random(in: 0..<5, using: &generator))""#), field("resources", requests()),
            field("overhead", resources()), field("activeDeadlineSeconds", any(Self.integers)),
        ])
        let status = object([
            field("phase", word()), field("containerStatuses", list { $0.containerStatus() }),
            field("initContainerStatuses", list { $0.containerStatus() }), field("conditions", conditions()),
        ])
        return object([#""metadata":\#(metadata())"#, field("spec", spec), field("status", status)])
    }

    mutating func node() -> String {
        let taints = list { odd in odd.object([#""key":\#(odd.word())"#, #""effect":\#(odd.word())"#]) }
        let addresses = list { odd in odd.object([#""type":"ExternalIP""#, #""address":\#(odd.word())"#]) }
        let status = object([
            field("allocatable", resources()), field("conditions", #"[{"type":"Ready","status":"True"}]"#), field("addresses", addresses),
        ])
        let name = #"{"name":"node-\#(Int.random(in: 0..<5, using: &generator))"}"#
        return object([#""metadata":\#(name)"#, field("spec", object([field("taints", taints)])), field("status", status)])
    }

    mutating func runtimeClass() -> String {
        let tolerations = list { odd in
            odd.object([
                odd.field("key", odd.word()), odd.field("operator", odd.word()), odd.field("value", odd.word()),
                odd.field("effect", odd.word()),
            ])
        }
        let scheduling = object([field("nodeSelector", "{\"a\":\(word())}"), field("tolerations", tolerations)])
        return object([
            #""metadata":{"name":"gvisor"}"#, field("overhead", object([field("podFixed", resources())])), field("scheduling", scheduling),
        ])
    }

    mutating func service() -> String {
        let ports = list { odd in
            odd.object([
                #""port":\#(odd.any(Self.integers))"#, odd.field("nodePort", odd.any(Self.integers)),
                odd.field("targetPort", odd.any(Self.integers + [odd.word()])),
            ])
        }
        let spec = object([
            field("ports", ports), field("healthCheckNodePort", any(Self.integers)), field("ipFamilies", "[\(word())]"),
            field("type", word()),
        ])
        return object([#""metadata":\#(metadata())"#, field("spec", spec)])
    }

    mutating func status() -> String {
        let texts = [
            "exceeded quota: q", "range is full allocate", "failed calling webhook", "provided port is already allocated",
            "User \\\" \\\" cannot ", "",
        ]
        let causes = list { odd in
            odd.object([
                odd.field("field", #""spec.ports[0].nodePort""#), odd.field("message", #""\#(odd.any(texts))""#),
                odd.field("reason", odd.word()),
            ])
        }
        let details = object([
            field("causes", causes), field("retryAfterSeconds", any(Self.integers)), field("kind", any([#""namespaces""#, word()])),
        ])
        return object([
            field("code", any(Self.integers + ["400", "403", "404", "409", "422", "429", "500", "503"])),
            field("reason", any([#""NotFound""#, #""AlreadyExists""#, #""Conflict""#, word()])), field("message", #""\#(any(texts))""#),
            field("details", details), field("kind", #""Status""#),
        ])
    }
}
