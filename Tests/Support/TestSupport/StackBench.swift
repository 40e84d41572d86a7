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
    package let triggers: ReconcileTriggers
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
        package var isLeading: @Sendable () -> Bool = { true }
        package var ownsNamespace: @Sendable () async throws -> Bool = { true }

        package init() {}
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
    let triggers = ReconcileTriggers()
    cluster.attach(ports: ports, triggers: triggers)
    let creates = JobRunner(limit: options.concurrentJobs, queueCapacity: options.waitingJobs)
    let deletes = JobRunner(limit: options.concurrentJobs, queueCapacity: options.waitingJobs)
    let service = StackService(
        settings: options.settings,
        policy: PodPolicy(),
        store: store,
        cluster: cluster,
        ports: ports,
        owner: options.owner,
        creates: creates,
        deletes: deletes,
        now: { time.now },
        onExpiry: { triggers.expiryAdded($0) },
        onMarked: { triggers.stackChanged($0) },
        onMissed: { triggers.stackChanged($0) },
        mayCreate: options.mayCreate,
        mayDelete: options.mayDelete,
        failpoint: options.failpoint
    )
    let reconciler = Reconciler(
        service: service,
        triggers: triggers,
        isLeading: options.isLeading,
        ownsNamespace: options.ownsNamespace,
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
        triggers: triggers,
        time: time
    )
    return try await withThrowingTaskGroup { group in
        group.addTask { await creates.run() }
        group.addTask { await deletes.run() }
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
