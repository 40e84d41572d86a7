import Synchronization

/// What happened to one object, or to the whole store.
public enum Change<T: KubernetesObject>: Sendable {
    /// It is new to the store.
    case added(T)
    /// It is another version.
    case updated(old: T, new: T)
    /// It is gone; this is how it last was known.
    case removed(T)
    /// The store was listed anew; each difference was reported before.
    case relisted
}

/// The objects of a kind as the API server last reported them; written by one ``Reflector``, read by everyone.
public final class ObjectStore<T: KubernetesObject>: Sendable {
    private struct Key: Hashable {
        var namespace: String?
        var name: String

        init(namespace: String?, name: String) {
            self.namespace = namespace
            self.name = name
        }

        init(_ metadata: ObjectMeta) {
            self.init(namespace: metadata.namespace, name: metadata.name ?? "")
        }
    }

    private struct State {
        var objects: [Key: T] = [:]
        var isSynced = false
        /// Each takes the object as it now is, and returns whether its wait is over.
        var waiters: [Key: [Int: @Sendable (T?) -> Bool]] = [:]
        var syncWaiters: [AsyncStream<Void>.Continuation] = []
        var nextID = 0
        var unreadable = 0
        var lastHeard: ContinuousClock.Instant?
        var lastFailure: String?

        /// Tells those who wait for this object what has become of it.
        mutating func wake(_ key: Key) {
            guard let own = waiters[key] else { return }
            let remaining = own.filter { !$0.value(objects[key]) }
            waiters[key] = remaining.isEmpty ? nil : remaining
        }

        mutating func removeWaiter(_ id: Int, of key: Key) {
            waiters[key]?[id] = nil
            if waiters[key]?.isEmpty == true { waiters[key] = nil }
        }
    }

    private let state = Mutex(State())
    private let onChange: @Sendable (Change<T>) -> Void

    init(onChange: @escaping @Sendable (Change<T>) -> Void) {
        self.onChange = onChange
    }

    /// Whether the first list has been read.
    public var isSynced: Bool { state.withLock { $0.isSynced } }

    /// How often an object came that could not be read.
    public var unreadableCount: Int { state.withLock { $0.unreadable } }

    /// When the API server last said something: a list, an event or a bookmark, or that it takes a watch or ends one in order. nil before
    /// the first list.
    public var lastHeard: ContinuousClock.Instant? { state.withLock { $0.lastHeard } }

    /// How fresh the objects are, and why they are not fresher.
    public func health(now: ContinuousClock.Instant = .now) -> WatchHealth {
        let (heard, failure) = state.withLock { ($0.lastHeard, $0.lastFailure) }
        return WatchHealth(age: heard.map { max(.zero, now - $0) }, lastFailure: failure)
    }

    /// How many objects there are.
    public var count: Int { state.withLock { $0.objects.count } }

    /// The object as last reported.
    /// - Parameter namespace: nil for a kind without namespaces.
    public func object(namespace: String?, name: String) -> T? {
        state.withLock { $0.objects[Key(namespace: namespace, name: name)] }
    }

    /// Every object as last reported, in no order.
    public func objects() -> [T] {
        state.withLock { Array($0.objects.values) }
    }

    /// Returns once the first list has been read.
    /// - Throws: `CancellationError`.
    public func waitUntilSynced() async throws {
        let (synced, continuation) = AsyncStream<Void>.makeStream()
        let isSynced = state.withLock { state in
            if !state.isSynced { state.syncWaiters.append(continuation) }
            return state.isSynced
        }
        if isSynced { return }
        for await _ in synced { return }
        throw CancellationError()
    }

    /// Returns what `condition` returns for the object, now or after any of its changes, as soon as that is not nil.
    ///
    /// `condition` is called with nil while there is no such object. It runs under the store's lock: it must be quick and must not
    /// call the store. Changes of other objects cost it nothing.
    /// - Throws: `CancellationError`.
    public func wait<Result: Sendable>(
        namespace: String?,
        name: String,
        until condition: @escaping @Sendable (T?) -> Result?
    ) async throws -> Result {
        let key = Key(namespace: namespace, name: name)
        let (results, continuation) = AsyncStream<Result>.makeStream()
        let id = state.withLock { state -> Int? in
            if let result = condition(state.objects[key]) {
                continuation.yield(result)
                return nil
            }
            state.nextID += 1
            state.waiters[key, default: [:]][state.nextID] = { object in
                guard let result = condition(object) else { return false }
                continuation.yield(result)
                return true
            }
            return state.nextID
        }
        defer { if let id { state.withLock { $0.removeWaiter(id, of: key) } } }
        for await result in results { return result }
        throw CancellationError()
    }

    /// Takes a complete list: what is not in it is gone, also if its deletion was never seen.
    func replaceAll(with list: [T]) {
        let new = Dictionary(list.map { (Key($0.metadata), $0) }) { _, last in last }
        let (changes, syncWaiters) = state.withLock { state in
            let old = state.objects
            state.objects = new
            state.isSynced = true
            for key in state.waiters.keys { state.wake(key) }
            defer { state.syncWaiters = [] }
            return (Self.changes(from: old, to: new), state.syncWaiters)
        }
        for change in changes { onChange(change) }
        onChange(.relisted)
        for waiter in syncWaiters { waiter.yield() }
    }

    func set(_ object: T) {
        let key = Key(object.metadata)
        let old = state.withLock { state in
            defer { state.wake(key) }
            return state.objects.updateValue(object, forKey: key)
        }
        onChange(old.map { .updated(old: $0, new: object) } ?? .added(object))
    }

    func remove(namespace: String?, name: String) {
        let key = Key(namespace: namespace, name: name)
        let old = state.withLock { state in
            defer { state.wake(key) }
            return state.objects.removeValue(forKey: key)
        }
        if let old { onChange(.removed(old)) }
    }

    func heard(at now: ContinuousClock.Instant) {
        state.withLock { ($0.lastHeard, $0.lastFailure) = (now, nil) }
    }

    func failed(_ message: String) {
        state.withLock { $0.lastFailure = message }
    }

    func countUnreadable() {
        state.withLock { $0.unreadable += 1 }
    }

    private static func changes(from old: [Key: T], to new: [Key: T]) -> [Change<T>] {
        let removed = old.filter { new[$0.key] == nil }.values.map { Change.removed($0) }
        let present = new.compactMap { key, object -> Change<T>? in
            guard let known = old[key] else { return .added(object) }
            let isSame = known.metadata.resourceVersion != nil && known.metadata.resourceVersion == object.metadata.resourceVersion
            return isSame ? nil : .updated(old: known, new: object)
        }
        return removed + present
    }
}
