import FoundationEssentials
package import Logging
import PodPolicy

extension StackService {
    /// Creates a stack: reserves it in one store write, creates Pod and Service, and waits until the Pod is bound to a node. A failure
    /// undoes everything before this throws; the reconciler completes an undo that fails.
    ///
    /// A request whose idempotency key already created a stack returns that stack.
    /// - Throws: ``StackError``.
    package func create(_ request: CreateRequest, logger: Logger) async throws -> CreateOutcome {
        try await translatingErrors(logger) {
            try validate(request)
            try mayCreate()
            let pod: CheckedPod
            do throws(PodSpecRefusal) {
                pod = try policy.check(
                    request.podSpec,
                    ports: request.targetPorts,
                    isArray: request.isPortArray,
                    environment: request.environment
                )
            } catch {
                return try await replay(request, insteadOf: StackError(error), logger)
            }
            var generator = SystemRandomNumberGenerator()
            let id = StackID.random(using: &generator)
            return try await creates.perform(for: Claimant(request.owner, id)) {
                let operation = try CreateOperation(self, id, request, pod, logger)
                do {
                    return CreateOutcome(stack: try await operation.run(), isReplay: false, warnings: pod.warnings)
                } catch ReservationRefusal.stackExists(let existing) {
                    throw try await self.conflictError(for: request, existing: existing)
                } catch ReservationRefusal.keyUsed(let earlier) {
                    let stack = try await self.replay(request, of: earlier, logger)
                    return CreateOutcome(stack: stack, isReplay: true, warnings: pod.warnings)
                }
            }
        }
    }

    private func validate(_ request: CreateRequest) throws {
        for (name, id) in [("user_id", request.userID), ("problem_id", request.problemID)] {
            guard let id else {
                guard settings.requireOwner || request.userID != nil || request.problemID != nil else { continue }
                throw StackError(.invalidRequest, "\(name): is missing; must be a positive 64-bit integer")
            }
            guard id > 0 else { throw StackError(.invalidRequest, "\(name): \(id) is not a positive 64-bit integer") }
        }
        guard (1...StackRecord.maximumPorts).contains(request.targetPorts.count) else {
            let found = request.targetPorts.count
            throw StackError(.invalidRequest, "target_port: has \(found) ports; must have 1 to \(StackRecord.maximumPorts)")
        }
        for port in request.targetPorts where !(1...65535).contains(port.containerPort) {
            throw StackError(.invalidRequest, "target_port: \(port.containerPort) is not within 1…65535")
        }
    }

    /// Returns a retryable error if the existing stack is already being removed, else the conflict.
    private func conflictError(for request: CreateRequest, existing: StackID) async throws -> StackError {
        let (userID, problemID) = (request.userID ?? 0, request.problemID ?? 0)
        if let record = try await store.record(existing), isVisible(record), view(of: record).status != .nodeDeleted {
            return StackError(.stackExists, "user \(userID) already has \(existing) for problem \(problemID)")
        }
        return StackError(
            .deletionPending,
            "the earlier stack of user \(userID) for problem \(problemID) (\(existing)) is still being removed; try again",
            retryAfterSeconds: 5
        )
    }

    /// Returns the stack of the key even if the policy has become stricter since its creation.
    /// - Throws: `refusal` if the key has created no stack.
    private func replay(_ request: CreateRequest, insteadOf refusal: StackError, _ logger: Logger) async throws -> CreateOutcome {
        guard let key = request.idempotency?.key, let earlier = try await store.record(idempotencyKey: key) else { throw refusal }
        return CreateOutcome(stack: try await replay(request, of: earlier, logger), isReplay: true)
    }

    /// Waits for the earlier request with the same key and returns its stack. Needs no slot.
    private func replay(_ request: CreateRequest, of earlier: StackRecord, _ logger: Logger) async throws -> Stack {
        guard request.idempotency?.digest == earlier.idempotency?.digest else {
            throw StackError(.idempotencyKeyReused, "Idempotency-Key: was used before, for another request body")
        }
        // A create in this process holds the lock until it has ended.
        let outcome = try await locks.withLock(earlier.id) { try await store.record(earlier.id) }
        guard let outcome, outcome.state == .active, isVisible(outcome) else {
            // Another replica is still working, the create has just failed, or the stack is being removed.
            throw StackError(
                .requestInProgress,
                "the earlier request with this Idempotency-Key has not ended yet (\(earlier.id)); send it again",
                retryAfterSeconds: 1
            )
        }
        logger.info("request repeated", metadata: ["stack_id": "\(earlier.id)"])
        return view(of: outcome)
    }
}

extension StackError {
    fileprivate init(_ refusal: PodSpecRefusal) {
        let sentence = refusal.problems.map { $0.path.isEmpty ? $0.message : "\($0.path): \($0.message)" }.joined(separator: "; ")
        self.init(.invalidPodSpec, "pod_spec: " + sentence, details: refusal.problems)
    }
}
