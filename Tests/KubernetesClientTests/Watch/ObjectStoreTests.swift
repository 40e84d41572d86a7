import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct ObjectStoreTests {
    private let changes = Box<[String]>([])

    private func store() -> ObjectStore<Pod> {
        ObjectStore { [changes] change in changes.change { $0.append(describe(change)) } }
    }

    private func phase(_ expected: String) -> @Sendable (Pod?) -> Bool? {
        { $0?.status?.phase == expected ? true : nil }
    }

    @Test func `begins empty and not synced`() {
        let store = store()
        #expect(!store.isSynced && store.count == 0 && store.objects().isEmpty && store.unreadableCount == 0)
    }

    @Test func `knows how long ago the API server said something, and what has failed since`() {
        let store = store()
        let now = ContinuousClock.now
        #expect(store.health(now: now) == WatchHealth(age: nil, lastFailure: nil))
        store.failed("refused")
        #expect(store.health(now: now) == WatchHealth(age: nil, lastFailure: "refused"))
        store.heard(at: now)
        #expect(store.lastHeard == now)
        store.failed("cut")
        #expect(store.health(now: now + .seconds(5)) == WatchHealth(age: .seconds(5), lastFailure: "cut"))
        store.heard(at: now + .seconds(5))
        #expect(store.health(now: now) == WatchHealth(age: .zero, lastFailure: nil), "a moment before it is no negative age")
    }

    @Test func `holds what was set last, by namespace and name`() {
        let store = store()
        store.set(Pod("a", namespace: "n", phase: "Pending"))
        store.set(Pod("a", namespace: "m"))
        store.set(Pod("a", namespace: nil))
        store.set(Pod("a", namespace: "n", version: "2", phase: "Running"))
        #expect(store.count == 3)
        #expect(store.object(namespace: "n", name: "a")?.metadata.resourceVersion == "2")
        #expect(store.object(namespace: nil, name: "a") != nil)
        #expect(store.object(namespace: "n", name: "b") == nil)
        store.remove(namespace: "n", name: "a")
        store.remove(namespace: "n", name: "a")
        #expect(store.object(namespace: "n", name: "a") == nil)
        #expect(changes.value == ["+n/a 1", "+m/a 1", "+/a 1", "~n/a 1>2", "-n/a 2"], "and says so, once each")
    }

    @Test func `a list replaces all, and each difference is told`() {
        let store = store()
        store.replaceAll(with: [Pod("same"), Pod("changed"), Pod("gone")])
        #expect(store.isSynced)
        #expect(Set(changes.value) == ["+n/same 1", "+n/changed 1", "+n/gone 1", "="])
        #expect(changes.value.last == "=", "the end of it last")
        changes.set([])
        store.replaceAll(with: [Pod("same"), Pod("changed", version: "2"), Pod("new")])
        #expect(Set(changes.value) == ["-n/gone 1", "~n/changed 1>2", "+n/new 1", "="])
        #expect(changes.value.count == 4)
        #expect(store.count == 3)
        changes.set([])
        store.replaceAll(with: [])
        #expect(store.count == 0 && changes.value.count == 4)
    }

    @Test func `the store shows a change before it is told`() {
        let seen = Box<[Int]>([])
        let shared = Box<ObjectStore<Pod>?>(nil)
        let store = ObjectStore<Pod> { _ in seen.change { $0.append(shared.value?.count ?? -1) } }
        shared.set(store)
        store.set(Pod("a"))
        store.replaceAll(with: [Pod("a"), Pod("b")])
        store.remove(namespace: "n", name: "a")
        shared.set(nil)
        #expect(seen.value == [1, 2, 2, 1])
    }

    @Test func `who waits for the first list goes on when it is there`() async throws {
        let store = store()
        let waiting = (0..<5).map { _ in Task { try await store.waitUntilSynced() } }
        await Task.yield()
        store.replaceAll(with: [])
        for task in waiting { try await task.value }
        try await store.waitUntilSynced()
    }

    @Test func `a wait ends at once when its condition already holds`() async throws {
        let store = store()
        store.set(Pod("a", phase: "Running"))
        #expect(try await store.wait(namespace: "n", name: "a", until: phase("Running")))
        #expect(try await store.wait(namespace: "n", name: "b") { $0 == nil ? true : nil })
    }

    @Test func `a wait ends with the change that fulfils it, not before`() async throws {
        let store = store()
        let asked = Box<[String]>([])
        let task = Task {
            try await store.wait(namespace: "n", name: "a") { pod -> String? in
                asked.change { $0.append(pod?.status?.phase ?? "none") }
                return pod?.status?.phase == "Running" ? "runs" : nil
            }
        }
        while asked.value.isEmpty { await Task.yield() }
        store.set(Pod("other", phase: "Running"))
        store.set(Pod("a", phase: "Pending"))
        store.remove(namespace: "n", name: "a")
        store.set(Pod("a", phase: "Running"))
        store.set(Pod("a", phase: "Failed"))
        #expect(try await task.value == "runs")
        #expect(asked.value == ["none", "Pending", "none", "Running"], "nor is it asked about others, or after its end")
    }

    @Test func `a wait sees what a list brings and takes`() async throws {
        let store = store()
        let comes = Task { try await store.wait(namespace: "n", name: "a", until: phase("Running")) }
        store.replaceAll(with: [Pod("a")])
        #expect(try await comes.value)
        let goes = Task { try await store.wait(namespace: "n", name: "a") { $0 == nil ? true : nil } }
        store.replaceAll(with: [])
        #expect(try await goes.value)
    }

    @Test func `a wait can be cancelled`() async {
        let store = store()
        let task = Task { try await store.wait(namespace: "n", name: "a", until: phase("Running")) }
        let synced = Task { try await store.waitUntilSynced() }
        task.cancel()
        synced.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: CancellationError.self) { try await synced.value }
        store.replaceAll(with: [Pod("a")])
    }

    @Test func `no wait is lost between a thousand writes`() async throws {
        let store = store()
        let count = 200
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<count {
                for _ in 0..<3 {
                    group.addTask { _ = try await store.wait(namespace: "n", name: "p\(index)", until: phase("Running")) }
                }
            }
            group.addTask {
                for phase in ["Pending", "Running"] {
                    for index in 0..<count { store.set(Pod("p\(index)", phase: phase)) }
                    await Task.yield()
                }
                store.replaceAll(with: (0..<count).map { Pod("p\($0)", version: "2", phase: "Running") })
            }
            group.addTask { for _ in 0..<1000 { _ = store.objects().count + (store.isSynced ? 1 : 0) } }
            try await group.waitForAll()
        }
        #expect(store.count == count)
    }
}

/// A change in a few characters.
func describe(_ change: Change<Pod>) -> String {
    func name(_ pod: Pod) -> String { "\(pod.metadata.namespace ?? "")/\(pod.metadata.name ?? "")" }
    return switch change {
    case .added(let pod): "+\(name(pod)) \(pod.metadata.resourceVersion ?? "")"
    case .updated(let old, let new): "~\(name(new)) \(old.metadata.resourceVersion ?? "")>\(new.metadata.resourceVersion ?? "")"
    case .removed(let pod): "-\(name(pod)) \(pod.metadata.resourceVersion ?? "")"
    case .relisted: "="
    }
}
