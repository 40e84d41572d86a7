package import FoundationEssentials
import Logging
package import PodPolicy

/// Everything that callers can ask for. Reserve, create, confirm: see the architecture document for the order and its reasons.
package final class StackService: Sendable {
    package let settings: StackSettings
    let policy: PodPolicy
    let store: any StackStore
    let cluster: any Cluster
    let ports: Ports
    /// Names this process in its reservations; unique to it.
    let owner: String
    let creates: JobRunner
    let deletes: JobRunner
    let locks: StackLocks
    let deletions = SharedWork()
    let now: @Sendable () -> Date
    let onExpiry: @Sendable (Date) -> Void
    /// Throws while nothing may be created, whatever is asked for.
    let mayCreate: @Sendable () throws -> Void
    /// Throws while nothing may be removed.
    let mayDelete: @Sendable () throws -> Void
    let failpoint: @Sendable (Failpoint) async -> Void

    /// - Parameters:
    ///   - owner: unique to this process.
    ///   - creates: carries out creates; its limit is the backpressure.
    ///   - deletes: carries out deletes, apart from creates, so that a burst of creates delays no delete.
    ///   - now: the wall clock.
    ///   - onExpiry: told the expiry of each new stack.
    ///   - onMissed: told of a stack that the reconciler found occupied, once it is free.
    ///   - mayCreate: throws a ``StackError`` while it is not certain that store and namespace are the right ones.
    ///   - mayDelete: throws a ``StackError`` while the namespace is known not to be the store's.
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

    /// Performs an effect between its two failpoints.
    func effect<Result>(_ effect: Failpoint.Effect, _ body: () async throws -> Result) async throws -> Result {
        await failpoint(Failpoint(.before, effect))
        let result = try await body()
        await failpoint(Failpoint(.after, effect))
        return result
    }

    /// Now, in the resolution that stores keep.
    var timestamp: Date { Date(microseconds: now().microseconds) }
}

/// What `POST /stacks` asks for.
package struct CreateRequest: Sendable, Equatable {
    package var userID: Int64
    package var problemID: Int64
    package var targetPort: Int
    /// YAML or JSON text of one Pod.
    package var podSpec: String
    /// When the caller may send the request again.
    package var idempotency: Idempotency?

    package init(userID: Int64, problemID: Int64, targetPort: Int, podSpec: String, idempotency: Idempotency? = nil) {
        self.userID = userID
        self.problemID = problemID
        self.targetPort = targetPort
        self.podSpec = podSpec
        self.idempotency = idempotency
    }
}

/// What `POST /stacks` came to.
package struct CreateOutcome: Sendable, Equatable {
    package var stack: Stack
    /// An earlier request with the same idempotency key made the stack.
    package var isReplay: Bool
    /// What the Pod does not get as the request has it.
    package var warnings: [PodSpecWarning] = []
}
