public import Logging
public import ServiceLifecycle

/// Keeps an ``ObjectStore`` up to date: lists, then watches from there; lists anew when its version has expired; backs off and goes
/// on after every other failure.
public struct Reflector<T: KubernetesObject>: ServiceLifecycle.Service {
    /// What it keeps up to date.
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
        var logger = logger
        logger[metadataKey: "resource"] = "\(T.resource.plural)"
        self.logger = logger
        store = ObjectStore(onChange: onChange)
    }

    /// Returns when its task is cancelled or the process shuts down gracefully; nothing else ends it.
    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            var machine = WatchMachine()
            var backoff = Backoff()
            do {
                while !Task.isCancelled {
                    if machine.backsOff { try await sleep(backoff.next(now: .now, random: .random(in: 0..<1))) }
                    do { try await step(&machine) } catch let error as KubernetesError { machine.handle(input(for: error)) }
                }
            } catch is CancellationError { /* as asked for */  }
        }
    }

    private func step(_ machine: inout WatchMachine) async throws {
        switch machine.action {
        case .list:
            let list = try await client.list(T.self, namespace: namespace, labelSelector: labelSelector)
            // Of an object that cannot be read it is known that it still exists: what was known of it is kept.
            let kept = list.unreadable.compactMap { object in
                report(object)
                return store.object(namespace: object.namespace, name: object.name)
            }
            store.replaceAll(with: list.items.map(transform) + kept)
            machine.handle(.listed(version: list.resourceVersion))
        case .watch(let version):
            try await watch(from: version, &machine)
        }
    }

    private func watch(from version: String, _ machine: inout WatchMachine) async throws {
        let started = ContinuousClock.now
        var isEmpty = true
        let events = client.watch(T.self, namespace: namespace, labelSelector: labelSelector, resourceVersion: version)
        for try await event in events {
            isEmpty = false
            machine.handle(.advanced(version: try apply(event)))
        }
        machine.handle(isEmpty && ContinuousClock.now - started < WatchMachine.shortestWatch ? .endedAtOnce : .ended)
    }

    /// - Returns: the version that the store has reached with this event.
    private func apply(_ event: WatchEvent<T>) throws -> String {
        switch event {
        case .added(let object), .modified(let object):
            let version = try version(object.metadata.resourceVersion)
            store.set(transform(object))
            return version
        case .deleted(let object):
            let version = try version(object.metadata.resourceVersion)
            store.remove(namespace: object.metadata.namespace, name: object.metadata.name ?? "")
            return version
        case .unreadable(let object, let isDeleted):
            let version = try version(object.resourceVersion)
            report(object)
            if isDeleted { store.remove(namespace: object.namespace, name: object.name) }
            return version
        case .bookmark(let version):
            return version
        case .error(let status):
            throw KubernetesError(.status, status.message ?? "the watch was ended", code: status.code, status: status)
        }
    }

    private func version(_ version: String?) throws -> String {
        guard let version else { throw KubernetesError(.decoding, "an object in a watch event has no resourceVersion") }
        return version
    }

    private func input(for error: KubernetesError) -> WatchMachine.Input {
        if error.isGone {
            logger.debug("watch expired; listing anew")
            return .expired
        }
        let level: Logger.Level = store.isSynced ? .notice : .warning
        logger.log(level: level, "watch failed; going on after a pause", metadata: ["error": "\(error)"])
        return error.kind == .decoding ? .expired : .failed
    }

    private func report(_ object: UnreadableObject) {
        store.countUnreadable()
        let name = "\(object.namespace.map { $0 + "/" } ?? "")\(object.name)"
        logger.error("object cannot be read; keeping what was known of it", metadata: ["name": "\(name)", "problem": "\(object.problem)"])
    }
}
