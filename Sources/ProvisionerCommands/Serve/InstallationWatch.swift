import KubernetesClient
import Logging
import StackCluster
import Stacks
import Synchronization

/// Looks whether namespace and store belong together: before anything is removed, and every few seconds from then on, because an
/// operator may give the namespace to another store at any time.
final class InstallationWatch: Sendable {
    enum State: Sendable, Equatable {
        /// It could not be looked at: why.
        case unchecked(String)
        case ours
        /// Why nothing may be removed or created.
        case foreign(String)
    }

    /// What it has to ask; the store, the API server and the watches in the service.
    struct Sources: Sendable {
        var namespace: String
        var store: any StackStore
        /// The namespace; nil when there is none.
        var read: @Sendable () async throws -> NamespaceMark.Found?
        var write: @Sendable (String, NamespaceMark.Found) async throws -> Void
        /// Whether the namespace holds objects of stacks.
        var hasObjects: @Sendable () -> Bool
    }

    private let sources: Sources
    private let logger: Logger
    private let sleep: @Sendable (Duration) async throws -> Void
    private let unmarkedLooks = Mutex(0)
    private let state = Mutex(State.unchecked("the namespace of the stacks has not been looked at yet"))
    /// The namespace is the store's: the reconciler may begin.
    let passed = Milestone()

    /// Between two looks while all is well, and while it is not.
    static let interval: Duration = .seconds(10)
    static let patience: Duration = .seconds(5)

    init(
        _ sources: Sources,
        logger: Logger,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.sources = sources
        self.logger = logger
        self.sleep = sleep
    }

    /// Whether anything may be removed at this instant.
    var isOurs: Bool { state.withLock { $0 } == .ours }

    /// - Throws: ``StackError`` unless the namespace is the store's.
    func requireOurs() throws {
        switch state.withLock({ $0 }) {
        case .ours:
            return
        case .unchecked(let reason):
            throw StackError(.kubernetesUnavailable, reason, retryAfterSeconds: 5)
        case .foreign(let reason):
            let advice = "nothing is created or removed; if the store is the right one, run provisioner adopt"
            throw StackError(.installationMismatch, "\(reason); \(advice)", retryAfterSeconds: 30)
        }
    }

    /// What was not looked at yet keeps no caller's delete waiting: it touches only what has a record in the store.
    /// - Throws: ``StackError`` while the namespace is known to be somebody else's.
    func requireNotForeign() throws {
        if case .foreign = state.withLock({ $0 }) { try requireOurs() }
    }

    /// Asks the API server whether the namespace is the store's at this instant.
    /// - Throws: when it cannot be asked; then nothing may be removed.
    func confirmOurs() async throws -> Bool {
        // Without a mark nobody else has claimed it.
        guard let mark = try await sources.read()?.installation else { return isOurs }
        return try await mark == sources.store.installationID()
    }

    /// Runs until the task is cancelled. To be begun once the watches have delivered their first lists.
    func run() async throws {
        while true {
            let isMarked = await look()
            if isOurs { passed.reach() }
            try await sleep(isMarked ? Self.interval : Self.patience)
        }
    }

    /// - Returns: whether the namespace bears the store's id.
    private func look(isSecond: Bool = false) async -> Bool {
        do {
            // A namespace that does not exist holds nothing that could be somebody else's.
            guard let found = try await sources.read() else {
                set(.ours)
                return false
            }
            let installation = try await installation(found)
            switch installation.verdict {
            case .ours:
                set(.ours)
            case .free:
                do {
                    try await sources.write(installation.store, found)
                } catch let error as KubernetesError where error.isForbidden {
                    // Without a mark nothing differs: the stacks must not pile up for a right that is missing since an upgrade.
                    complainAboutMark(error)
                    set(.ours)
                    return false
                }
                logger.notice("the namespace bears the installation id now", metadata: ["installation": "\(installation.store)"])
                set(.ours)
            case .foreign(let reason):
                set(.foreign(reason))
                return false
            }
            return true
        } catch let error as KubernetesError where error.isConflict && !isSecond {
            // Another replica was faster, with the same id or with another.
            return await look(isSecond: true)
        } catch {
            setUnchecked("namespace \(sources.namespace) could not be asked for its installation id, or not be given one", error)
            return false
        }
    }

    private func installation(_ found: NamespaceMark.Found) async throws -> Installation {
        var installation = Installation(
            namespace: sources.namespace,
            store: try await sources.store.installationID(),
            mark: found.installation,
            hasObjects: sources.hasObjects(),
            hasRecords: false
        )
        if found.installation == nil {
            let read = try await sources.store.records()
            installation.hasRecords = !read.records.isEmpty || !read.unreadable.isEmpty
        }
        return installation
    }

    /// Once every five minutes.
    private func complainAboutMark(_ error: KubernetesError) {
        let looks = unmarkedLooks.withLock { looks in
            defer { looks += 1 }
            return looks
        }
        guard looks % 60 == 0 else { return }
        logger.error(
            "the namespace cannot be marked as this store's: another installation could remove its stacks; apply examples/rbac.yaml",
            metadata: ["error": "\(error)"]
        )
    }

    private func set(_ new: State) {
        let old = state.withLock { state in
            defer { state = new }
            return state
        }
        guard old != new else { return }
        if case .foreign(let reason) = new {
            logger.error("the namespace is not this store's: nothing is created or removed", metadata: ["error": "\(reason)"])
        }
    }

    /// What was known before still holds.
    private func setUnchecked(_ reason: String, _ error: any Error) {
        let isNews = state.withLock { state in
            guard case .unchecked(let old) = state else { return true }
            state = .unchecked(reason)
            return old != reason
        }
        if isNews { logger.warning("\(reason)", metadata: ["error": "\(error)"]) }
    }
}
