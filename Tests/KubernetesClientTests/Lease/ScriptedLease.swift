import Synchronization

@testable import KubernetesClient

/// One Lease on an API server that answers at once, or fails when it is told to.
final class ScriptedLease: Sendable {
    private struct State {
        var lease: Lease?
        var version = 0
        var reads = 0
        var writes = 0
        var failure: KubernetesError?
        var conflicts = 0
        var before: (@Sendable () async throws -> Void)?
    }

    private let state = Mutex(State())

    var lease: Lease? { state.withLock { $0.lease } }
    var reads: Int { state.withLock { $0.reads } }
    var writes: Int { state.withLock { $0.writes } }

    /// Every request fails so; nil ends that.
    func fail(with error: KubernetesError?) { state.withLock { $0.failure = error } }

    /// The next write finds that somebody else was faster.
    func conflictOnce() { state.withLock { $0.conflicts = 1 } }

    /// Every request waits for this first.
    func before(_ body: @escaping @Sendable () async throws -> Void) { state.withLock { $0.before = body } }

    /// Somebody else writes it.
    func set(holder: String) {
        state.withLock { state in
            let spec = Lease.Spec(holderIdentity: holder, leaseDurationSeconds: 15)
            Self.store(Lease(metadata: ObjectMeta(name: "l", namespace: "n"), spec: spec), in: &state)
        }
    }

    var lock: LeaseLock {
        LeaseLock(
            read: {
                try await self.request { state in
                    state.reads += 1
                    return state.lease
                }
            },
            create: { spec in
                try await self.request { state in
                    guard state.lease == nil else { throw KubernetesError(.status, "exists", code: 409) }
                    return Self.store(Lease(metadata: ObjectMeta(name: "l", namespace: "n"), spec: spec), in: &state)
                }
            },
            replace: { lease in
                try await self.request { state in
                    state.conflicts -= 1
                    guard state.conflicts != 0, state.lease?.metadata.resourceVersion == lease.metadata.resourceVersion else {
                        throw KubernetesError(.status, "conflict", code: 409)
                    }
                    return Self.store(lease, in: &state)
                }
            }
        )
    }

    private func request<Answer: Sendable>(_ effect: @Sendable (inout State) throws -> Answer) async throws -> Answer {
        try await state.withLock { $0.before }?()
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            return try effect(&state)
        }
    }

    @discardableResult
    private static func store(_ lease: Lease, in state: inout State) -> Lease {
        var lease = lease
        state.version += 1
        state.writes += 1
        lease.metadata.resourceVersion = String(state.version)
        state.lease = lease
        return lease
    }
}
