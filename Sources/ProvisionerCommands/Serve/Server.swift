import FoundationEssentials
import HTTPAPI
import Hummingbird
import HummingbirdCore
import KubernetesClient
import Logging
import NIOCore
import PodPolicy
import Prometheus
import ServiceLifecycle
import StackCluster
import Stacks
import UnixSignals

/// The whole service, wired in one place for `serve` and for tests.
struct Server {
    let configuration: ServeConfiguration
    let logger: Logger
    private let store: OpenStore
    private let watch: StoreWatch
    /// The check of the counters; nil for a store without separate counters.
    private let counters: CounterWatch?
    private let installation: InstallationWatch
    /// Reached once the cluster has been read and the namespace created if that is allowed.
    private let prepared = Milestone()
    private let policies: NetworkPolicyKeeper
    /// Reached once the NetworkPolicies have been looked at.
    private let policiesLookedAt: Milestone
    private let owner: String
    let client: KubernetesClient
    /// The election of the replica that reconciles; nil if there can be only one.
    private let election: Election?
    let cluster: KubernetesCluster
    let stacks: StackService
    private let creates: JobRunner
    private let deletes: JobRunner
    let reconciler: Reconciler
    private let follower: StackFollower
    /// The files that are read again when they change.
    private let reloads: [FileReload]
    let application: Application<RouterResponder<APIContext>>
    /// The server of `METRICS_ADDR`; nil if the metrics are served with the API.
    private let metricsServer: Application<RouterResponder<APIContext>>?

    /// - Parameters:
    ///   - registry: the metrics of the process.
    ///   - onRunning: called with the port on which the service listens.
    /// - Throws: ``SQLiteStoreError``, ``KubernetesError``, `DynamoDBError`, with a message for the operator.
    init(
        configuration: ServeConfiguration,
        metrics registry: PrometheusCollectorRegistry,
        kubernetes: KubernetesConfiguration,
        environment: [String: String],
        logger: Logger,
        failpoint: @escaping @Sendable (Failpoint) async -> Void = { _ in },
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        self.configuration = configuration
        self.logger = logger
        let owner = "\(ProcessInfo.processInfo.hostName)_\(UUID().uuidString)"
        self.owner = owner
        let opened = try OpenStore(configuration.store, environment: environment, logger: logger)
        store = opened
        let watch = StoreWatch(store: opened, owner: owner, namespace: configuration.stacks.namespace, logger: logger)
        self.watch = watch
        let election: Election?
        do {
            client = try KubernetesClient(
                configuration: kubernetes,
                qps: Double(configuration.kubernetesQPS),
                burst: configuration.kubernetesBurst,
                headers: RequestTrace.outgoingHeaders,
                logger: logger
            )
            election = opened.store.isExclusive ? nil : try Election(kubernetes, configuration.stacks.namespace, owner, logger)
        } catch {
            // The resources already opened must be closed before they are released.
            try await opened.close(as: owner)
            throw error
        }
        self.election = election
        let ports = Ports(pool: PortPool(range: configuration.nodePorts))
        let reconcileQueue = ReconcileQueue()
        let changes = StackChanges()
        let readyTimes = ReadyTimes()
        let store = PublishingStore(opened.store, to: changes)
        StackMetrics.declare()
        cluster = KubernetesCluster(
            client: client,
            settings: configuration.cluster,
            ports: ports,
            reconcileQueue: reconcileQueue,
            changes: changes,
            readyTimes: readyTimes,
            logger: logger
        )
        let mark = NamespaceMark(client: client, namespace: configuration.stacks.namespace)
        let installation = InstallationWatch(
            InstallationWatch.Sources(
                namespace: configuration.stacks.namespace,
                store: store,
                read: mark.read,
                write: mark.write,
                hasObjects: { [cluster] in !cluster.ownedObjects().isEmpty }
            ),
            logger: logger
        )
        self.installation = installation
        let policiesLookedAt = Milestone()
        self.policiesLookedAt = policiesLookedAt
        let policies = NetworkPolicyKeeper(
            mode: configuration.cluster.networkPolicy,
            access: cluster.networkPolicyAccess(resolvingServer: kubernetes.hostAddresses),
            interval: configuration.stacks.reconcileInterval,
            mayWrite: { installation.isOurs },
            isLeading: { election?.elector.isLeading ?? true },
            onLook: policiesLookedAt.reach,
            logger: logger
        )
        self.policies = policies
        let limit = configuration.maximumConcurrentCreates
        creates = JobRunner(limit: limit, queueCapacity: limit * 16)
        deletes = JobRunner(limit: limit, queueCapacity: limit * 64)
        stacks = StackService(
            settings: configuration.stacks,
            policy: PodPolicy(settings: configuration.policy),
            store: store,
            cluster: cluster,
            ports: ports,
            owner: owner,
            creates: creates,
            deletes: deletes,
            changes: changes,
            readyTimes: readyTimes,
            onExpiry: { reconcileQueue.expiryAdded($0, $1) },
            onMarked: { reconcileQueue.stackChanged($0) },
            mayCreate: {
                try watch.requirePassed()
                try installation.requireOurs()
                try policies.requireForCreate()
            },
            mayDelete: installation.requireNotForeign,
            failpoint: failpoint
        )
        follower = StackFollower(service: stacks, logger: logger)
        reconciler = Reconciler(
            service: stacks,
            reconcileQueue: reconcileQueue,
            isLeading: { (election?.elector.isLeading ?? true) && installation.isOurs },
            ownsNamespace: { try await installation.confirmOurs() },
            logger: logger
        )
        counters = opened.counterDiscrepancies.map {
            CounterWatch(discrepancies: $0, isLeading: { election?.elector.isLeading ?? true }, logger: logger)
        }
        let keys = configuration.apiKeys.map { APIKeys($0.keys) }
        let tls = try configuration.tls?.load()
        reloads = Self.reloads(configuration, keys, tls, logger)
        let metrics = StateMetrics(
            registry: registry,
            store: configuration.store,
            cluster: cluster,
            ports: ports,
            changes: changes,
            creates: creates,
            deletes: deletes,
            reconciler: reconciler,
            tls: tls,
            isLeading: { election?.elector.isLeading ?? true }
        )
        metricsServer = configuration.metricsAddress.map { address in
            Application(
                router: MetricsAPI(source: metrics.text).router(),
                server: .api(maximumConnections: 64, isMeasured: false),
                configuration: ApplicationConfiguration(
                    address: .hostname(address.bindHost, port: address.port),
                    serverName: "ctf-provisioner"
                ),
                onServerRunning: { channel in
                    logger.info("metrics", metadata: ["address": "\(address.description(port: channel.localAddress?.port ?? 0))"])
                },
                logger: logger
            )
        }
        let connections = FileLimit.connections(atMost: configuration.maximumConnections)
        var eventLimits = EventLimits()
        // The others stay for requests.
        eventLimits.consumers = min(eventLimits.consumers, max(1, connections / 4))
        let api = API(
            service: stacks,
            version: Version.current,
            dependencies: Self.dependencies(
                store: store,
                watch: watch,
                installation: installation,
                cluster: cluster,
                reconciler: reconciler,
                policies: policies,
                elector: election?.elector
            ),
            apiKeys: keys,
            metrics: configuration.metricsAddress == nil ? metrics.text : nil,
            eventLimits: eventLimits
        )
        application = Application(
            router: api.router(),
            server: .api(maximumConnections: connections, tls: tls),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.address.bindHost, port: configuration.address.port),
                serverName: "ctf-provisioner"
            ),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger
        )
    }

    private static func reloads(_ configuration: ServeConfiguration, _ keys: APIKeys?, _ tls: ServerTLS?, _ logger: Logger) -> [FileReload]
    {
        var reloads: [FileReload] = []
        if let keys, let settings = configuration.apiKeys, let file = settings.file {
            reloads.append(
                FileReload("API_KEY_FILE", paths: [file], logger: logger) { contents in
                    keys.replace(settings.fixed + (try APIKeySettings.keys(ofFile: file, contents[0])))
                }
            )
        }
        if let tls, let files = configuration.tls {
            reloads.append(
                FileReload("TLS_CERT_FILE", paths: [files.certificate, files.key], logger: logger) { contents in
                    try tls.replace(certificate: contents[0], key: contents[1])
                }
            )
        }
        return reloads
    }

    /// Returns the dependencies of `/readyz`. The API server's state is derived from the watches, without a request.
    private static func dependencies(
        store: any StackStore,
        watch: StoreWatch,
        installation: InstallationWatch,
        cluster: KubernetesCluster,
        reconciler: Reconciler,
        policies: NetworkPolicyKeeper,
        elector: LeaderElector?
    ) -> [Dependency] {
        [
            Dependency(name: "store") {
                try await store.checkReadiness()
                try watch.requirePassed()
            },
            Dependency(name: "installation") { try installation.requireOurs() },
            Dependency(name: "kubernetes") {
                if let problem = cluster.watchProblem() { throw StackError(.kubernetesUnavailable, problem) }
            },
            Dependency(name: "reconciler") {
                let problem = ReconcilerHealth(
                    isLeading: elector?.isLeading ?? true,
                    timeSinceLeaderSeen: elector?.timeSinceLeaderSeen,
                    timeSinceLastPass: reconciler.timeSinceLastPass,
                    interval: reconciler.interval
                ).problem
                if let problem { throw StackError(.kubernetesUnavailable, problem) }
            },
            .noted("network_policy", note: policies.readiness),
        ] + runtimeClass(of: cluster)
    }

    /// Returns the runtime class as a dependency if one is configured.
    private static func runtimeClass(of cluster: KubernetesCluster) -> [Dependency] {
        guard cluster.settings.watchedRuntimeClass != nil else { return [] }
        return [Dependency(name: "runtime_class") { _ = try cluster.podOverhead() }]
    }

    /// The time after SHUTDOWN_TIMEOUT in which cancelled work has to end; then the process ends all the same.
    static let cancellationLimit: Duration = .seconds(5)

    /// Runs until the process is told to end; returns after requests, jobs and watches have ended.
    /// - Throws: ``StackTableError``, ``OpenStore/ForeignNamespace`` or ``CopyUnderWay`` before any change.
    func run() async throws {
        // In the order of dependency: the first service is shut down last.
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: Closing(close: close)),
                .init(service: Part { try await cancelWhenGracefulShutdown(watch.run) }),
                .init(service: Part(run: cluster.run)),
                .init(service: Part { await cancelWhenGracefulShutdown(follower.run) }),
                .init(service: JobService(runner: deletes, start: watch.asked)),
                .init(service: JobService(runner: creates, start: watch.asked)),
                .init(
                    service: Part {
                        try await cancelWhenGracefulShutdown(watch.passed.wait)
                        try await prepareAndReconcile()
                    }
                ),
                .init(
                    service: Part {
                        try await cancelWhenGracefulShutdown(prepared.wait)
                        try await cancelWhenGracefulShutdown(installation.run)
                    }
                ),
                .init(
                    service: Part {
                        try await cancelWhenGracefulShutdown(installation.passed.wait)
                        try await cancelWhenGracefulShutdown(policies.run)
                        try await gracefulShutdown()
                    }
                ),
                .init(
                    service: Part {
                        try await cancelWhenGracefulShutdown(watch.passed.wait)
                        if let counters { try await cancelWhenGracefulShutdown(counters.run) } else { try await gracefulShutdown() }
                    }
                ),
                .init(service: Part { try await cancelWhenGracefulShutdown(Allocator.trimRepeatedly) }),
                .init(service: application),
            ] + (metricsServer.map { [.init(service: $0)] } ?? [])
                + reloads.map { reload in .init(service: Part { try await cancelWhenGracefulShutdown(reload.run) }) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = configuration.shutdownTimeout
        group.maximumCancellationDuration = Self.cancellationLimit
        try await ServiceGroup(configuration: group).run()
    }

    private func prepareAndReconcile() async throws {
        try await cancelWhenGracefulShutdown(prepare)
        guard let election else { return await cancelWhenGracefulShutdown(reconciler.run) }
        // Handles graceful shutdown by itself: a cancelled task could not release the Lease.
        try await election.elector.run(whileLeading: reconciler.run)
    }

    private func prepare() async throws {
        try await cluster.waitUntilSynced()
        do {
            if try await cluster.ensureNamespace() {
                logger.notice("namespace created", metadata: ["namespace": "\(configuration.stacks.namespace)"])
            }
        } catch {
            logger.warning("the namespace could not be checked", metadata: ["error": "\(error)"])
        }
        if configuration.cluster.watchScope == .namespace {
            logger.notice("STACK_WATCH_SCOPE=namespace: \(WatchScope.unknownInNamespace)")
        }
        prepared.reach()
        // No removal happens before this.
        try await installation.passed.wait()
        // Creates need the policies. Removals do not, so they wait only briefly.
        _ = try await within(.seconds(10)) { [policiesLookedAt] in try await policiesLookedAt.wait() }
        logger.info("the state of the cluster has been read")
    }

    /// Closes all resources, and rethrows the first error.
    private func close() async throws {
        var failure: (any Error)?
        do { try await client.shutdown() } catch { failure = error }
        do { try await election?.client.shutdown() } catch { failure = failure ?? error }
        do { try await store.close(as: owner) } catch { failure = failure ?? error }
        if let failure { throw failure }
    }
}

/// The election of the replica that reconciles. It has its own client, so that Lease renewals never queue behind other requests.
private struct Election {
    let client: KubernetesClient
    let elector: LeaderElector

    init(_ kubernetes: KubernetesConfiguration, _ namespace: String, _ owner: String, _ logger: Logger) throws {
        // Short timeouts, so that several attempts fit into a term of 10 s.
        client = try KubernetesClient(
            configuration: kubernetes,
            requestTimeout: .seconds(3),
            operationTimeout: .seconds(8),
            logger: logger
        )
        let lock = LeaseLock(client: client, namespace: namespace, name: "ctf-provisioner")
        elector = try LeaderElector(lock: lock, identity: owner, logger: logger)
    }
}

/// A service that is one function.
private struct Part: ServiceLifecycle.Service {
    var body: @Sendable () async throws -> Void

    init(run: @escaping @Sendable () async throws -> Void) { body = run }

    func run() async throws {
        do { try await body() } catch is CancellationError { /* asked to end */  }
    }
}

/// Runs jobs; on shutdown completes those that were accepted.
private struct JobService: ServiceLifecycle.Service {
    var runner: JobRunner
    /// No job starts before this latch opens.
    var start: Milestone

    func run() async throws {
        do { try await cancelWhenGracefulShutdown(start.wait) } catch is CancellationError { /* asked to end */  }
        await withGracefulShutdownHandler {
            await runner.run()
        } onGracefulShutdown: {
            runner.finish()
        }
    }
}

/// Closes the shared resources, after every other service.
private struct Closing: ServiceLifecycle.Service {
    var close: @Sendable () async throws -> Void

    func run() async throws {
        do { try await gracefulShutdown() } catch is CancellationError { /* closing is due all the more */  }
        try await close()
    }
}
