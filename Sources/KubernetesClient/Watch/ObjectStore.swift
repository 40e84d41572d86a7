import Synchronization

/// A change of one object or of the whole store.
public enum Change<T: KubernetesObject>: Sendable {
    /// The object is new to the store.
    case added(T)
    /// The object has another version.
    case updated(old: T, new: T)
    /// The object is gone; the value is its last known version.
    case removed(T)
    /// The store was listed again; the differences were reported before.
    case relisted
}

/// The cache of a kind's objects, as last reported by the API server; written by one ``Reflector``.
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
        /// Each closure receives the current object and returns true once its wait is over.
        var waiters: [Key: [Int: @Sendable (T?) -> Bool]] = [:]
        var syncWaiters: [AsyncStream<Void>.Continuation] = []
        var nextID = 0
        var unreadable = 0
        var lastHeard: ContinuousClock.Instant?
        var lastFailure: String?

        /// Calls the waiters of an object with its current version.
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

    /// True once the first list has been read, and every object of it reported.
    public var isSynced: Bool { state.withLock { $0.isSynced } }

    /// The number of received objects that did not decode.
    public var unreadableCount: Int { state.withLock { $0.unreadable } }

    /// The time of the last list, event, bookmark, accepted watch or regular end of a watch; nil before the first list.
    public var lastHeard: ContinuousClock.Instant? { state.withLock { $0.lastHeard } }

    /// Returns the age of the objects and the last failure.
    public func health(now: ContinuousClock.Instant = .now) -> WatchHealth {
        let (heard, failure) = state.withLock { ($0.lastHeard, $0.lastFailure) }
        return WatchHealth(age: heard.map { max(.zero, now - $0) }, lastFailure: failure)
    }

    /// The number of objects.
    public var count: Int { state.withLock { $0.objects.count } }

    /// Returns the object as last reported.
    /// - Parameter namespace: nil for a cluster-scoped kind.
    public func object(namespace: String?, name: String) -> T? {
        state.withLock { $0.objects[Key(namespace: namespace, name: name)] }
    }

    /// Returns every object as last reported, unordered.
    public func objects() -> [T] {
        state.withLock { Array($0.objects.values) }
    }

    /// Waits until the first list has been read.
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

    /// Waits until `condition` returns a value for the object, now or after a change of it, and returns that value.
    ///
    /// `condition` is called with nil if there is no such object. It runs under the store's lock, so it must be quick and must not call the
    /// store. Changes of other objects do not call it.
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

    /// Replaces the content by a complete list: an object that is not in the list is gone, even without a deletion event.
    func replaceAll(with list: [T]) {
        let new = Dictionary(list.map { (Key($0.metadata), $0) }) { _, last in last }
        let changes = state.withLock { state in
            let old = state.objects
            state.objects = new
            for key in state.waiters.keys { state.wake(key) }
            return Self.changes(from: old, to: new)
        }
        for change in changes { onChange(change) }
        let syncWaiters = state.withLock { state in
            state.isSynced = true
            defer { state.syncWaiters = [] }
            return state.syncWaiters
        }
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
