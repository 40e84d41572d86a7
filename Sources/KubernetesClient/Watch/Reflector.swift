public import Logging
public import ServiceLifecycle

/// Keeps an ``ObjectStore`` up to date: lists, then watches from the list's version. Lists again if the version has expired, and retries
/// with backoff after any other failure.
public struct Reflector<T: KubernetesObject>: ServiceLifecycle.Service {
    /// The store to keep up to date.
    public let store: ObjectStore<T>
    private let client: KubernetesClient
    private let namespace: String?
    private let labelSelector: String?
    private let fieldSelector: String?
    private let silenceLimit: Duration
    private let transform: @Sendable (T) -> T
    let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void
    let logger: Logger

    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - silenceLimit: the silence of the API server after which failures are logged as an error, once.
    ///   - transform: applied to each object before it is stored, to drop unused fields.
    ///   - now: tests inject their clock.
    ///   - sleep: waits between failures; tests inject their clock.
    ///   - onChange: called with each change, in order, after the store has it.
    public init(
        client: KubernetesClient,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        silenceLimit: Duration = .seconds(180),
        logger: Logger,
        transform: @escaping @Sendable (T) -> T = { $0 },
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        onChange: @escaping @Sendable (Change<T>) -> Void = { _ in }
    ) {
        self.client = client
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.silenceLimit = silenceLimit
        self.transform = transform
        self.now = now
        self.sleep = sleep
        var logger = logger
        logger[metadataKey: "resource"] = "\(T.resource.plural)"
        self.logger = logger
        store = ObjectStore(onChange: onChange)
    }

    /// Runs until its task is cancelled or the process shuts down gracefully.
    public func run() async throws {
        WatchMetrics.declare(T.resource.plural)
        await cancelWhenGracefulShutdown {
            var state = State(machine: WatchMachine(), backoff: Backoff(), notice: OutageNotice(limit: silenceLimit, now: now()))
            while !Task.isCancelled {
                do {
                    try await pause(&state)
                    try await step(&state)
                } catch {
                    guard !Task.isCancelled else { continue }
                    WatchMetrics.failures.increment(T.resource.plural)
                    handle(error, &state)
                }
            }
        }
    }

    /// The state between lists and watches.
    struct State {
        var machine: WatchMachine
        var backoff: Backoff
        var notice: OutageNotice
        /// True if the last watch was not accepted in time; the next one may take longer.
        var isHeadSlow = false
    }

    private func pause(_ state: inout State) async throws {
        switch state.machine.pause {
        case .none: break
        case .short: try await sleep(.seconds(.random(in: 0..<1)))
        case .backOff(let least): try await sleep(max(state.backoff.next(now: now(), random: .random(in: 0..<1)), least))
        }
    }

    private func step(_ state: inout State) async throws {
        switch state.machine.action {
        case .list:
            let list = try await client.list(
                T.self,
                namespace: namespace,
                labelSelector: labelSelector,
                fieldSelector: fieldSelector,
                transform: transform
            )
            // An undecodable object still exists: keep its last decoded version.
            let kept = list.unreadable.compactMap { object in
                report(object)
                return store.object(namespace: object.namespace, name: object.name)
            }
            store.replaceAll(with: list.items + kept)
            WatchMetrics.lists.increment(T.resource.plural)
            heard(&state)
            advance(&state, .listed(version: list.resourceVersion))
        case .watch(let version):
            try await watch(from: version, &state)
        }
    }

    private func watch(from version: String, _ state: inout State) async throws {
        var events = try await openWatch(from: version, &state)
        heard(&state)
        let opened = now()
        var isEmpty = true
        var lost: KubernetesError?
        do {
            while let event = try await events.next() {
                isEmpty = false
                // An event older than the last one is not applied.
                if advance(&state, .advanced(version: try event.version())) { return }
                apply(event)
                heard(&state)
            }
        } catch let error as KubernetesError where error.kind == .transport || error.kind == .timedOut {
            lost = error
        }
        let hasLasted = now() - opened >= WatchMachine.shortestWatch
        if isEmpty && !hasLasted { throw lost ?? KubernetesError(.transport, "the watch was closed right after it was opened") }
        if lost == nil { heard(&state) }
        if let lost { logger.debug("watch cut off", metadata: ["error": "\(lost)"]) }
        advance(&state, lost == nil && hasLasted ? .ended : .cutOff)
    }

    /// Opens a watch. The short time limit for the response head avoids minutes without a watch if one response is lost; the next limit is
    /// longer, for a proxy that delays the head until the first event.
    private func openWatch(from version: String, _ state: inout State) async throws -> WatchStream<T>.Iterator {
        let stream = client.watch(
            T.self,
            namespace: namespace,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector,
            resourceVersion: version,
            isHeadSlow: state.isHeadSlow
        )
        var events = stream.makeAsyncIterator()
        let started = now()
        do { try await events.waitUntilOpen() } catch let error as KubernetesError where error.kind == .timedOut {
            state.isHeadSlow = true
            throw error
        }
        if now() - started < Transport.Timeouts().request { state.isHeadSlow = false }
        return events
    }

    private func apply(_ event: WatchEvent<T>) {
        switch event {
        case .added(let object), .modified(let object):
            store.set(transform(object))
        case .deleted(let object):
            store.remove(namespace: object.metadata.namespace, name: object.metadata.name ?? "")
        case .unreadable(let object, let isDeleted):
            report(object)
            if isDeleted { store.remove(namespace: object.namespace, name: object.name) }
        case .bookmark, .error:
            break
        }
    }
}
