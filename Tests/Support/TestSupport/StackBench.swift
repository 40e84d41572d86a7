package import Logging
import PodPolicy
package import Stacks

/// One process of the service over a fake cluster, wired as the real one is, with clocks that stand still.
package struct StackBench: Sendable {
    package let service: StackService
    package let reconciler: Reconciler
    package let cluster: FakeCluster
    package let store: ScriptedStore
    package let ports: Ports
    package let reconcileQueue: ReconcileQueue
    package let changes: StackChanges
    package let time: TestTime

    /// What a test may want to be different.
    package struct Options: Sendable {
        package var settings = StackSettings()
        package var owner = "owner-1"
        package var ports = 30000...32767
        package var concurrentJobs = 16
        package var waitingJobs = 1024
        package var failpoint: @Sendable (Failpoint) async -> Void = { _ in }
        package var mayCreate: @Sendable () throws -> Void = {}
        package var mayDelete: @Sendable () throws -> Void = {}
        /// How requests wait; nil for the bench's clock.
        package var sleep: (@Sendable (Duration) async throws -> Void)?
        package var isLeading: @Sendable () -> Bool = { true }
        package var ownsNamespace: @Sendable () async throws -> Bool = { true }

        package init() {}
    }
}

extension Reconciler {
    /// Runs one pass with workers of its own, to its end. What was added to the queue since the last pass is worked on as well.
    @discardableResult
    package func pass() async -> PassSummary {
        reconcileQueue.open()
        // The workers begin after the pass has found its suspects, so that its summary counts all of them.
        let pass = await beginPass()
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.work() }
            defer { group.cancelAll() }
            return await endPass(pass)
        }
    }
}

/// A logger that says nothing.
package let silentLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs a service of its own over cluster and store while `body` runs. Two of them over the same are two processes; jobs that have
/// not ended with `body` are cancelled.
package func withStackBench<Result: Sendable>(
    cluster: FakeCluster = FakeCluster(),
    store: ScriptedStore,
    time: TestTime = TestTime(),
    _ options: StackBench.Options = StackBench.Options(),
    _ body: (StackBench) async throws -> Result
) async throws -> Result {
    let ports = Ports(pool: PortPool(range: options.ports), now: { time.instant })
    let reconcileQueue = ReconcileQueue(now: { time.now }, instant: { time.instant })
    let changes = StackChanges()
    cluster.attach(ports: ports, reconcileQueue: reconcileQueue, changes: changes)
    let creates = JobRunner(limit: options.concurrentJobs, queueCapacity: options.waitingJobs)
    let deletes = JobRunner(limit: options.concurrentJobs, queueCapacity: options.waitingJobs)
    let service = StackService(
        settings: options.settings,
        policy: PodPolicy(),
        store: PublishingStore(store, to: changes),
        cluster: cluster,
        ports: ports,
        owner: options.owner,
        creates: creates,
        deletes: deletes,
        changes: changes,
        now: { time.now },
        onExpiry: { reconcileQueue.expiryAdded($0, $1) },
        sleep: options.sleep ?? { try await time.sleep(for: $0) },
        mayCreate: options.mayCreate,
        mayDelete: options.mayDelete,
        failpoint: options.failpoint
    )
    let reconciler = Reconciler(
        service: service,
        reconcileQueue: reconcileQueue,
        isLeading: options.isLeading,
        ownsNamespace: options.ownsNamespace,
        instant: { time.instant },
        sleep: { try await time.sleep(for: $0) },
        logger: silentLogger
    )
    let follower = StackFollower(
        service: service,
        instant: { time.instant },
        sleep: { try await time.sleep(for: $0) },
        logger: silentLogger
    )
    let bench = StackBench(
        service: service,
        reconciler: reconciler,
        cluster: cluster,
        store: store,
        ports: ports,
        reconcileQueue: reconcileQueue,
        changes: changes,
        time: time
    )
    return try await withThrowingTaskGroup { group in
        group.addTask { await creates.run() }
        group.addTask { await deletes.run() }
        group.addTask { await follower.run() }
        defer { group.cancelAll() }
        return try await body(bench)
    }
}

/// The same with a new SQLite store.
package func withStackBench<Result: Sendable>(
    _ options: StackBench.Options = StackBench.Options(),
    _ body: (StackBench) async throws -> Result
) async throws -> Result {
    try await withSQLiteStore { store in
        try await withStackBench(store: ScriptedStore(store), options, body)
    }
}
