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
    let locks: StackLocks
    let deletions = SharedWork()
    let now: @Sendable () -> Date
    let onExpiry: @Sendable (Date) -> Void
    /// Throws while creates are forbidden.
    let mayCreate: @Sendable () throws -> Void
    /// Throws while deletes are forbidden.
    let mayDelete: @Sendable () throws -> Void
    let failpoint: @Sendable (Failpoint) async -> Void

    /// - Parameters:
    ///   - owner: unique to this process.
    ///   - creates: runs creates; its limit is the backpressure.
    ///   - deletes: runs deletes, apart from creates, so that a burst of creates delays no delete.
    ///   - now: the wall clock.
    ///   - onExpiry: called with the expiry of each new stack.
    ///   - onMissed: called with a stack whose lock the reconciler found held, once it is free.
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
        now: @escaping @Sendable () -> Date = { Date() },
        onExpiry: @escaping @Sendable (Date) -> Void = { _ in },
        onMissed: @escaping @Sendable (StackID) -> Void = { _ in },
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
        self.now = now
        self.onExpiry = onExpiry
        locks = StackLocks(onMissed: onMissed)
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
    package var userID: Int64
    package var problemID: Int64
    package var targetPort: Int
    /// The YAML or JSON text of one Pod.
    package var podSpec: String
    /// The key and digest of the request; nil without an Idempotency-Key.
    package var idempotency: Idempotency?
    /// Variables of every container, whose values nobody but Kubernetes gets. See ``PodEnvironment``.
    package var environment: [String: String]

    package init(
        userID: Int64,
        problemID: Int64,
        targetPort: Int,
        podSpec: String,
        idempotency: Idempotency? = nil,
        environment: [String: String] = [:]
    ) {
        self.userID = userID
        self.problemID = problemID
        self.targetPort = targetPort
        self.podSpec = podSpec
        self.idempotency = idempotency
        self.environment = environment
    }
}

/// The result of `POST /stacks`.
package struct CreateOutcome: Sendable, Equatable {
    package var stack: Stack
    /// True if an earlier request with the same idempotency key created the stack.
    package var isReplay: Bool
    /// Parts of the spec that the Pod does not get as requested.
    package var warnings: [PodSpecWarning] = []
}
