package import FoundationEssentials
import Logging
package import PodPolicy

/// The use cases of the API: create, read and delete stacks. docs/architecture.md explains the order of the steps.
package final class StackService: Sendable {
    package let settings: StackSettings
    let policy: PodPolicy
    let store: any StackStore
    let cluster: any Cluster
    let ports: Ports
    /// The unique name of this process in its reservations.
    let owner: String
    let creates: JobRunner
    let deletes: JobRunner
    let locks = StackLocks()
    let deletions = SharedWork()
    let origins = RequestOrigins()
    /// Limits the requests for events and logs, which load API server and kubelet.
    let inspections = Turnstile(limit: 8)
    /// The changes of stacks in this process, for those who wait for them.
    package let changes: StackChanges
    let readyTimes: ReadyTimes
    let now: @Sendable () -> Date
    let onExpiry: @Sendable (StackID, Date) -> Void
    let onMarked: @Sendable (StackID) -> Void
    let sleep: @Sendable (Duration) async throws -> Void
    /// Throws while creates are forbidden.
    let mayCreate: @Sendable () throws -> Void
    /// Throws while deletes are forbidden.
    let mayDelete: @Sendable () throws -> Void
    let failpoint: @Sendable (Failpoint) async -> Void

    /// - Parameters:
    ///   - owner: unique to this process.
    ///   - creates: runs creates; its limit is the backpressure.
    ///   - deletes: runs deletes, apart from creates, so that a burst of creates delays no delete.
    ///   - changes: published by the store's writes and the watches.
    ///   - readyTimes: told by the watch of Pods which of them are ready.
    ///   - now: the wall clock.
    ///   - onExpiry: called with each new or renewed stack and its expiry.
    ///   - onMarked: called with a stack that is marked as being deleted and left to the reconciler.
    ///   - sleep: waits by a clock that nobody sets.
    ///   - mayCreate: throws a ``StackError`` until store and namespace are known to belong together.
    ///   - mayDelete: throws a ``StackError`` while the namespace is known to belong to another store.
    ///   - failpoint: called before and after each external effect; tests end the process there.
    package init(
        settings: StackSettings,
        policy: PodPolicy,
        store: any StackStore,
        cluster: any Cluster,
        ports: Ports,
        owner: String,
        creates: JobRunner,
        deletes: JobRunner,
        changes: StackChanges = StackChanges(),
        readyTimes: ReadyTimes = ReadyTimes(),
        now: @escaping @Sendable () -> Date = { Date() },
        onExpiry: @escaping @Sendable (StackID, Date) -> Void = { _, _ in },
        onMarked: @escaping @Sendable (StackID) -> Void = { _ in },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        mayCreate: @escaping @Sendable () throws -> Void = {},
        mayDelete: @escaping @Sendable () throws -> Void = {},
        failpoint: @escaping @Sendable (Failpoint) async -> Void = { _ in }
    ) {
        self.settings = settings
        self.policy = policy
        self.store = store
        self.cluster = cluster
        self.ports = ports
        self.owner = owner
        self.creates = creates
        self.deletes = deletes
        self.changes = changes
        self.readyTimes = readyTimes
        self.now = now
        self.sleep = sleep
        self.onExpiry = onExpiry
        self.onMarked = onMarked
        self.mayCreate = mayCreate
        self.mayDelete = mayDelete
        self.failpoint = failpoint
    }

    /// Runs an effect between its two failpoints.
    func effect<Result>(_ effect: Failpoint.Effect, _ body: () async throws -> Result) async throws -> Result {
        await failpoint(Failpoint(.before, effect))
        let result = try await body()
        await failpoint(Failpoint(.after, effect))
        return result
    }

    /// The current time in the resolution of the stores.
    var timestamp: Date { Date(microseconds: now().microseconds) }
}

/// The parameters of `POST /stacks`.
package struct CreateRequest: Sendable, Equatable {
    /// Nil together with `problemID` for a stack without an owner.
    package var userID: Int64?
    package var problemID: Int64?
    /// The ports of `target_port`, in the caller's order.
    package var targetPorts: [ExposedPort]
    /// True if `target_port` is an array; the integer form leaves the protocol to the Pod spec.
    package var isPortArray: Bool
    /// The YAML or JSON text of one Pod.
    package var podSpec: String
    /// Variables of every container, whose values nobody but Kubernetes gets. See ``PodEnvironment``.
    package var environment: [String: String]
    /// Nil for the operator's default.
    package var egress: Egress?
    /// The key and digest of the request; nil without an Idempotency-Key.
    package var idempotency: Idempotency?

    package init(
        userID: Int64?,
        problemID: Int64?,
        targetPorts: [ExposedPort],
        isPortArray: Bool,
        podSpec: String,
        environment: [String: String] = [:],
        egress: Egress? = nil,
        idempotency: Idempotency? = nil
    ) {
        self.userID = userID
        self.problemID = problemID
        self.targetPorts = targetPorts
        self.isPortArray = isPortArray
        self.podSpec = podSpec
        self.environment = environment
        self.egress = egress
        self.idempotency = idempotency
    }

    /// User and problem; nil for a stack without an owner.
    var owner: StackRecord.Owner? {
        guard let userID, let problemID else { return nil }
        return StackRecord.Owner(userID: userID, problemID: problemID)
    }
}

/// The result of `POST /stacks`.
package struct CreateOutcome: Sendable, Equatable {
    package var stack: Stack
    /// True if an earlier request with the same idempotency key created the stack.
    package var isReplay: Bool
    /// True if the create has not come to the end that the caller asked for.
    package var isAccepted = false
    /// Parts of the spec that the Pod does not get as requested.
    package var warnings: [PodSpecWarning] = []
}
