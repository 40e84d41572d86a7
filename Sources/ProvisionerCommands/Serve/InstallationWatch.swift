import KubernetesClient
import Logging
import StackCluster
import Stacks
import Synchronization

/// Checks that namespace and store belong together, before anything is removed and then every few seconds, since an operator may assign the
/// namespace to another store at any time.
final class InstallationWatch: Sendable {
    enum State: Sendable, Equatable {
        /// The check failed; the value is the reason.
        case unchecked(String)
        case ours
        /// The namespace belongs to another store. The value is the reason for which nothing may be removed or created.
        case foreign(String)
    }

    /// The sources of the check: the store, the API server and the watches.
    struct Sources: Sendable {
        var namespace: String
        var store: any StackStore
        /// Reads the namespace; nil if it does not exist.
        var read: @Sendable () async throws -> NamespaceMark.Found?
        var write: @Sendable (String, NamespaceMark.Found) async throws -> Void
        /// Returns true if the namespace contains objects of stacks.
        var hasObjects: @Sendable () -> Bool
    }

    private let sources: Sources
    private let logger: Logger
    private let sleep: @Sendable (Duration) async throws -> Void
    private let unmarkedLooks = Mutex(0)
    private let state = Mutex(State.unchecked("the namespace of the stacks has not been looked at yet"))
    /// Reached once the namespace is known to belong to the store: the reconciler may start.
    let passed = Milestone()

    /// The time between two checks while the namespace carries the store's id; `patience` applies otherwise.
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

    /// True if removals are allowed now.
    var isOurs: Bool { state.withLock { $0 } == .ours }

    /// - Throws: ``StackError`` unless the namespace is known to belong to the store.
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

    /// Allows a caller's delete before the first check, since it touches only stacks with a record in the store.
    /// - Throws: ``StackError`` while the namespace is known to belong to another store.
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

    /// Checks the namespace, and marks it if it is free.
    /// - Returns: true if the namespace carries the store's id.
    private func look(isSecond: Bool = false) async -> Bool {
        do {
            // A missing namespace contains no foreign objects.
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
                    // A missing mark contradicts nothing. Without the right to write it, as after an upgrade, stacks must still be removed.
                    complainAboutMark(error)
                    set(.ours)
                    return false
                }
                logger.notice(
                    "the namespace is annotated with the installation id now",
                    metadata: ["installation": "\(installation.store)"]
                )
                set(.ours)
            case .foreign(let reason):
                set(.foreign(reason))
                return false
            }
            return true
        } catch let error as KubernetesError where error.isConflict && !isSecond {
            // Another replica wrote its mark first, with the same id or another.
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

    /// Logs at most once every five minutes.
    private func complainAboutMark(_ error: KubernetesError) {
        let looks = unmarkedLooks.withLock { looks in
            defer { looks += 1 }
            return looks
        }
        guard looks % 60 == 0 else { return }
        logger.error(
            "the namespace cannot be marked as this store's: another installation could remove its stacks; apply deploy/base/rbac.yaml",
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

    /// Logs the failure; the last result stays valid.
    private func setUnchecked(_ reason: String, _ error: any Error) {
        let isNews = state.withLock { state in
            guard case .unchecked(let old) = state else { return true }
            state = .unchecked(reason)
            return old != reason
        }
        if isNews { logger.warning("\(reason)", metadata: ["error": "\(error)"]) }
    }
}
