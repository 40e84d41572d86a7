public import Logging
public import ServiceLifecycle

/// Keeps an ``ObjectStore`` up to date: lists, then watches from there; lists anew when its version has expired; backs off and goes
/// on after every other failure.
public struct Reflector<T: KubernetesObject>: ServiceLifecycle.Service {
    public let store: ObjectStore<T>
    private let client: KubernetesClient
    private let namespace: String?
    private let labelSelector: String?
    private let transform: @Sendable (T) -> T
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - transform: applied to each object before it is kept, to leave out what nobody reads.
    ///   - onChange: told of each change, in order, after the store shows it.
    ///   - sleep: waits between failures; tests inject their clock here.
    public init(
        client: KubernetesClient,
        namespace: String? = nil,
        labelSelector: String? = nil,
        logger: Logger,
        transform: @escaping @Sendable (T) -> T = { $0 },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        onChange: @escaping @Sendable (Change<T>) -> Void = { _ in }
    ) {
        self.client = client
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.transform = transform
        self.sleep = sleep
        self.logger = logger
        store = ObjectStore(onChange: onChange)
    }

    /// Returns when its task is cancelled or the process shuts down gracefully; nothing else ends it.
    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            var machine = WatchMachine()
            var backoff = Backoff()
            while !Task.isCancelled {
                let started = ContinuousClock.now
                do {
                    try await step(&machine)
                } catch is CancellationError {
                    return
                } catch let error as KubernetesError where error.isGone {
                    logger.debug("watch expired; listing anew", metadata: ["resource": "\(T.resource.plural)"])
                    _ = machine.handle(.expired)
                    // Not at once: a server that keeps saying so must not be listed in a loop.
                    try await pause(&backoff, started)
                } catch {
                    _ = machine.handle(.failed)
                    let metadata: Logger.Metadata = ["resource": "\(T.resource.plural)", "error": "\(error)"]
                    logger.log(level: store.isSynced ? .notice : .warning, "watch failed; going on after a pause", metadata: metadata)
                    try await pause(&backoff, started)
                }
            }
        }
    }

    private func pause(_ backoff: inout Backoff, _ started: ContinuousClock.Instant) async throws {
        let delay = backoff.next(afterHealthy: ContinuousClock.now - started, random: .random(in: 0..<1))
        do { try await sleep(delay) } catch is CancellationError { /* the loop's condition ends it */  }
    }

    private func step(_ machine: inout WatchMachine) async throws {
        switch machine.action {
        case .list, .backOff:
            let list = try await client.list(T.self, namespace: namespace, labelSelector: labelSelector)
            store.replaceAll(with: list.items.map(transform))
            _ = machine.handle(.listed(version: list.resourceVersion))
        case .watch(let version):
            try await watch(from: version, &machine)
            _ = machine.handle(.closed)
        }
    }

    private func watch(from version: String, _ machine: inout WatchMachine) async throws {
        let events = client.watch(T.self, namespace: namespace, labelSelector: labelSelector, resourceVersion: version)
        for try await event in events {
            switch event {
            case .added(let object), .modified(let object):
                store.set(transform(object))
                advance(&machine, to: object.metadata.resourceVersion)
            case .deleted(let object):
                store.remove(object)
                advance(&machine, to: object.metadata.resourceVersion)
            case .bookmark(let version):
                advance(&machine, to: version)
            case .error(let status):
                throw KubernetesError(.status, status.message ?? "the watch was ended", code: status.code, status: status)
            }
        }
    }

    private func advance(_ machine: inout WatchMachine, to version: String?) {
        if let version { _ = machine.handle(.advanced(version: version)) }
    }
}
