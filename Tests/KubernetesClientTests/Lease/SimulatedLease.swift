import Foundation
import Synchronization

@testable import KubernetesClient

/// One Lease on an API server that is slow, loses answers, refuses requests, and does late what was given up long ago.
final class SimulatedLease: Sendable {
    private let simulation: Simulation
    private let failureProbability: Double
    /// A server that does not check versions, to see that the test notices.
    private let checksVersions: Bool
    private let state = Mutex<(lease: Lease?, version: Int)>((nil, 0))

    init(_ simulation: Simulation, failureProbability: Double, checksVersions: Bool = true) {
        self.simulation = simulation
        self.failureProbability = failureProbability
        self.checksVersions = checksVersions
    }

    var lock: LeaseLock {
        LeaseLock(
            read: { try await self.request { .success(self.state.withLock { $0.lease }) } },
            create: { spec in try await self.request { self.create(spec) } },
            replace: { lease in try await self.request { self.replace(lease) } }
        )
    }

    /// A request takes effect at some moment, whether or not anybody still waits for its answer.
    private func request<Answer: Sendable>(_ effect: @escaping @Sendable () -> Result<Answer, KubernetesError>) async throws -> Answer {
        let (there, back) = (simulation.delay(), simulation.delay())
        let isLost = simulation.random() < failureProbability
        let isAnswerLost = simulation.random() < failureProbability
        let answer = Box<Result<Answer, KubernetesError>>(.failure(KubernetesError(.transport, "lost")))
        if !isLost { simulation.at(simulation.now + there) { answer.set(effect()) } }
        try await simulation.sleep(there + back)
        if isAnswerLost { throw KubernetesError(.transport, "answer lost") }
        return try answer.value.get()
    }

    private func create(_ spec: Lease.Spec) -> Result<Lease, KubernetesError> {
        state.withLock { state in
            guard state.lease == nil else { return .failure(KubernetesError(.status, "exists", code: 409)) }
            return .success(Self.store(Lease(metadata: ObjectMeta(name: "l", namespace: "n"), spec: spec), in: &state))
        }
    }

    private func replace(_ lease: Lease) -> Result<Lease, KubernetesError> {
        state.withLock { state in
            guard !checksVersions || state.lease?.metadata.resourceVersion == lease.metadata.resourceVersion else {
                return .failure(KubernetesError(.status, "conflict", code: 409))
            }
            // As the API server does it: what changes nothing makes no new version.
            if let current = state.lease, current.spec == lease.spec { return .success(current) }
            return .success(Self.store(lease, in: &state))
        }
    }

    private static func store(_ lease: Lease, in state: inout (lease: Lease?, version: Int)) -> Lease {
        var lease = lease
        state.version += 1
        lease.metadata.resourceVersion = String(state.version)
        state.lease = lease
        return lease
    }
}
