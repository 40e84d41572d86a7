import KubernetesClient
import Logging
import StackCluster
import StackStoreSQLite
import Stacks
import Synchronization
import TestSupport
import Testing

@testable import ProvisionerCommands

/// The namespace and the store, before anything is removed.
@Suite struct InstallationWatchTests {
    private final class FakeNamespace: Sendable {
        struct State {
            var mark: String?
            var exists = true
            var hasObjects = false
            var failure: (any Error)?
            /// Marks the namespace a moment before the write.
            var rival: String?
            /// The right to patch is missing.
            var isReadOnly = false
            var reads = 0
            var writes: [String] = []
        }

        let state = Mutex(State())

        func read() throws -> NamespaceMark.Found? {
            try state.withLock { state in
                state.reads += 1
                if let failure = state.failure { throw failure }
                return state.exists ? NamespaceMark.Found(installation: state.mark) : nil
            }
        }

        func write(_ installation: String) throws {
            try state.withLock { state in
                if let failure = state.failure { throw failure }
                guard !state.isReadOnly else { throw KubernetesError(.status, "cannot patch resource", code: 403) }
                if let rival = state.rival {
                    state.mark = rival
                    throw KubernetesError(.status, "the object has been modified", code: 409)
                }
                state.writes.append(installation)
                state.mark = installation
            }
        }
    }

    private struct Away: Error {}

    /// Lets the watch look as often as there are steps, each of which changes the namespace before the next look.
    private static func run(
        _ store: any StackStore,
        _ namespace: FakeNamespace,
        _ steps: [@Sendable (InstallationWatch, Duration) async throws -> Void]
    ) async throws {
        let remaining = Mutex(steps)
        let holder = Mutex<InstallationWatch?>(nil)
        let watch = InstallationWatch(
            InstallationWatch.Sources(
                namespace: "stacks",
                store: store,
                read: { try namespace.read() },
                write: { id, _ in try namespace.write(id) },
                hasObjects: { namespace.state.withLock { $0.hasObjects } }
            ),
            logger: silentLogger,
            sleep: { pause in
                let step = remaining.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                guard let step, let watch = holder.withLock({ $0 }) else { throw CancellationError() }
                try await step(watch, pause)
            }
        )
        holder.withLock { $0 = watch }
        await #expect(throws: CancellationError.self) { try await watch.run() }
        #expect(remaining.withLock { $0.count } == 0)
    }

    private static func code(_ watch: InstallationWatch) -> StackError.Code? {
        do {
            try watch.requireOurs()
            return nil
        } catch { return (error as? StackError)?.code }
    }

    @Test func `an empty namespace is marked, once`() async throws {
        try await withSQLiteStore { store in
            let namespace = FakeNamespace()
            let id = try await store.installationID()
            try await Self.run(
                store,
                namespace,
                [
                    { watch, pause in #expect(watch.isOurs && watch.passed.isReached && pause == InstallationWatch.interval) },
                    { watch, _ in #expect(watch.isOurs) },
                ]
            )
            #expect(namespace.state.withLock { $0.writes } == [id])
        }
    }

    @Test func `without the right to mark it, an empty namespace is served all the same, and tried again`() async throws {
        try await withSQLiteStore { store in
            let namespace = FakeNamespace()
            namespace.state.withLock { $0.isReadOnly = true }
            try await Self.run(
                store,
                namespace,
                [
                    { watch, pause in
                        #expect(watch.isOurs && watch.passed.isReached && pause == InstallationWatch.patience)
                        namespace.state.withLock { $0.isReadOnly = false }
                    },
                    { watch, pause in #expect(watch.isOurs && pause == InstallationWatch.interval) },
                ]
            )
            #expect(namespace.state.withLock { $0.writes.count } == 1)
        }
    }

    @Test func `stacks of an earlier version are taken over with the store that has their records`() async throws {
        try await withSQLiteStore { store in
            try await store.reserve(.sample(), within: .unlimited)
            let namespace = FakeNamespace()
            namespace.state.withLock { $0.hasObjects = true }
            try await Self.run(store, namespace, [{ watch, _ in #expect(watch.isOurs) }])
            #expect(namespace.state.withLock { $0.writes.count } == 1)
        }
    }

    @Test func `an empty store in a namespace that holds stacks removes nothing until it is adopted`() async throws {
        try await withSQLiteStore { store in
            let namespace = FakeNamespace()
            let id = try await store.installationID()
            namespace.state.withLock { $0.hasObjects = true }
            try await Self.run(
                store,
                namespace,
                [
                    { watch, pause in
                        #expect(!watch.isOurs && !watch.passed.isReached && pause == InstallationWatch.patience)
                        #expect(Self.code(watch) == .installationMismatch)
                        #expect(throws: StackError.self) { try watch.requireNotForeign() }
                        namespace.state.withLock { $0.mark = id }
                    },
                    { watch, _ in #expect(watch.isOurs && watch.passed.isReached && Self.code(watch) == nil) },
                ]
            )
            #expect(namespace.state.withLock { $0.writes } == [])
        }
    }

    @Test func `a namespace that another store adopts meanwhile is given up, and both are named`() async throws {
        try await withSQLiteStore { store in
            let namespace = FakeNamespace()
            let id = try await store.installationID()
            try await Self.run(
                store,
                namespace,
                [
                    { watch, _ in
                        #expect(watch.isOurs)
                        namespace.state.withLock { $0.mark = "another" }
                    },
                    { watch, _ in
                        #expect(!watch.isOurs)
                        let error = #expect(throws: StackError.self) { try watch.requireOurs() }
                        #expect(error?.message.contains(id) == true && error?.message.contains("another") == true)
                        #expect(error?.message.contains("provisioner adopt") == true && error?.retryAfterSeconds == 30)
                    },
                ]
            )
        }
    }

    @Test func `what could not be asked is asked again, and what was known before still holds`() async throws {
        try await withSQLiteStore { store in
            let namespace = FakeNamespace()
            namespace.state.withLock { $0.failure = Away() }
            try await Self.run(
                store,
                namespace,
                [
                    { watch, pause in
                        #expect(!watch.isOurs && pause == InstallationWatch.patience)
                        #expect(Self.code(watch) == .kubernetesUnavailable)
                        #expect(throws: Never.self) { try watch.requireNotForeign() }
                        namespace.state.withLock { $0.failure = nil }
                    },
                    { watch, _ in
                        #expect(watch.isOurs)
                        namespace.state.withLock { $0.failure = Away() }
                    },
                    { watch, pause in #expect(watch.isOurs && pause == InstallationWatch.patience) },
                ]
            )
        }
    }

    @Test(arguments: [true, false])
    func `of two that mark a namespace at once the second looks again at once`(isSameStore: Bool) async throws {
        try await withSQLiteStore { store in
            let namespace = FakeNamespace()
            let id = try await store.installationID()
            namespace.state.withLock { $0.rival = isSameStore ? id : "another" }
            try await Self.run(store, namespace, [{ watch, _ in #expect(watch.isOurs == isSameStore) }])
            #expect(namespace.state.withLock { $0.writes } == [] && namespace.state.withLock { $0.reads } == 3)
        }
    }

    @Test func `a namespace that does not exist keeps nobody waiting, and is marked once it does`() async throws {
        try await withSQLiteStore { store in
            let namespace = FakeNamespace()
            namespace.state.withLock { $0.exists = false }
            try await Self.run(
                store,
                namespace,
                [
                    { watch, pause in
                        #expect(watch.isOurs && pause == InstallationWatch.patience)
                        namespace.state.withLock { $0.exists = true }
                    },
                    { watch, pause in #expect(watch.isOurs && pause == InstallationWatch.interval) },
                ]
            )
            #expect(namespace.state.withLock { $0.writes.count } == 1)
        }
    }

    @Test func `adopting tells how many objects have no record`() {
        let installation = Installation(namespace: "stacks", store: "a", mark: "b", hasObjects: true, hasRecords: true)
        var plan = AdoptPlan(
            installation: installation,
            objects: [.numbered(1), .numbered(2), .numbered(3)],
            records: StackRecords(records: [.sample(1)], unreadable: [UnreadableRecord(id: .numbered(2), reason: "row")])
        )
        #expect(plan.isNeeded)
        #expect(plan.report.contains("installation a, 2 stacks") && plan.report.contains("installation b, objects of 3 stacks"))
        #expect(plan.consequence.contains("objects of 1 stacks have no record"))
        plan.records.unreadable.append(UnreadableRecord(id: nil, reason: "row"))
        #expect(plan.consequence.contains("no object without a record will be removed"))
        plan.records = StackRecords(records: [.sample(1), .sample(2), .sample(3)])
        #expect(plan.consequence.contains("all of them have a record"))
        plan.installation.mark = "a"
        #expect(!plan.isNeeded)
    }
}
