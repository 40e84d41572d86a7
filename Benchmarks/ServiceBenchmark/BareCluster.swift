import KubernetesClient
import PodPolicy

/// The floor: the same objects created and deleted by nobody's rules.
struct BareCluster: Sendable {
    static let namespace = "stacks"
    var client: KubernetesClient
    var pods: ObjectStore<Pod>

    /// A Pod, a Service, and a watch until the Pod has a node.
    func create(_ name: String, spec: String = API.smallSpec) async throws {
        let checked = try PodPolicy().check(spec)
        let manifest = checked.manifest(name: name, namespace: Self.namespace, labels: ["floor": name], activeDeadlineSeconds: 7200)
        _ = try await client.create(manifest, as: Pod.self, namespace: Self.namespace)
        let service = Service.Spec(type: "NodePort", selector: ["floor": name], ports: [Service.Port(port: 8080)])
        _ = try await client.create(Service(metadata: ObjectMeta(name: name), spec: service), namespace: Self.namespace)
        let _: String = try await pods.wait(namespace: Self.namespace, name: name) { $0?.spec?.nodeName }
    }

    /// Waits until a watch has seen the Pod ready.
    func waitUntilReady(_ name: String) async throws {
        let _: Bool = try await pods.wait(namespace: Self.namespace, name: name) { pod in
            pod?.status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } == true ? true : nil
        }
    }

    /// Deletes both, and waits until a watch has seen the Pod go.
    func delete(_ name: String) async throws {
        try await client.delete(Service.self, name: name, namespace: Self.namespace)
        try await client.delete(Pod.self, name: name, namespace: Self.namespace)
        let _: Bool = try await pods.wait(namespace: Self.namespace, name: name) { $0 == nil ? true : nil }
    }

    func delete(_ names: [String]) async throws {
        _ = try await concurrently(32, names) { try await delete($0) }
    }

    /// Pods of another namespace that no scheduler ever sees.
    func createForeignPods(_ count: Int) async throws {
        _ = try await client.create(Namespace(metadata: ObjectMeta(name: "foreign")), namespace: nil)
        try await waitUntilPodsAreAdmitted("foreign")
        _ = try await concurrently(32, Array(0..<count)) { number in
            _ = try await client.create(ForeignPod(name: "foreign-\(number)"), as: Pod.self, namespace: "foreign")
        }
    }

    func deleteForeignPods(_ count: Int) async throws {
        _ = try await concurrently(32, Array(0..<count)) { number in
            try await client.delete(Pod.self, name: "foreign-\(number)", namespace: "foreign")
        }
    }
}

extension BareCluster {
    /// Waits for the default ServiceAccount of a namespace, without which no Pod is admitted.
    private func waitUntilPodsAreAdmitted(_ namespace: String) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while true {
            do {
                _ = try await client.create(ForeignPod(name: "first"), as: Pod.self, namespace: namespace)
                return
            } catch let error as KubernetesError where ContinuousClock.now < end {
                say("waiting for namespace \(namespace): \(error)")
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}

private struct ForeignPod: Encodable, Sendable {
    struct Metadata: Encodable { var name: String }
    struct Container: Encodable {
        var name = "web"
        var image = "other.local/program:1"
    }
    struct Spec: Encodable {
        var schedulerName = "none"
        var automountServiceAccountToken = false
        var containers = [Container()]
    }
    var apiVersion = "v1"
    var kind = "Pod"
    var metadata: Metadata
    var spec = Spec()

    init(name: String) { metadata = Metadata(name: name) }
}

/// Carries out `body` for each item, so many at a time.
/// - Returns: the results with the time that each took, in the order of the items.
func concurrently<Item: Sendable, Value: Sendable>(
    _ width: Int,
    _ items: [Item],
    _ body: @escaping @Sendable (Item) async throws -> Value
) async throws -> [(value: Value, time: Duration)] {
    try await withThrowingTaskGroup(of: (Int, Value, Duration).self) { group in
        var results: [Int: (Value, Duration)] = [:]
        for (index, item) in items.enumerated() {
            if index >= width, let (index, value, time) = try await group.next() { results[index] = (value, time) }
            group.addTask {
                let began = ContinuousClock.now
                return (index, try await body(item), ContinuousClock.now - began)
            }
        }
        for try await (index, value, time) in group { results[index] = (value, time) }
        return results.sorted { $0.key < $1.key }.map { ($0.value.0, $0.value.1) }
    }
}
