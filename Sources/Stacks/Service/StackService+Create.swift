import FoundationEssentials
package import Logging
import PodPolicy

extension StackService {
    /// Creates a stack: reserves it in one store write, creates Pod and Service, and waits until the Pod is bound to a node. A failure
    /// undoes everything before this throws; the reconciler completes an undo that fails.
    ///
    /// A request whose idempotency key already created a stack returns that stack.
    /// - Parameters:
    ///   - preference: when to return; what fails after that is recorded in the stack.
    ///   - progress: lets the caller hurry or abandon the create.
    /// - Throws: ``StackError``.
    package func create(
        _ request: CreateRequest,
        _ preference: CreatePreference = .none,
        progress: CreateProgress = CreateProgress(),
        logger: Logger
    ) async throws -> CreateOutcome {
        do {
            let outcome = try await checkAndCreate(request, preference, progress, logger)
            // What a job has carried out is counted at its end, which may come later.
            if !progress.hasBegun { StackMetrics.ended(.create, code: outcome.metricCode) }
            return outcome
        } catch {
            if !progress.hasBegun { StackMetrics.ended(.create, code: error.code.rawValue) }
            throw error
        }
    }

    private func checkAndCreate(
        _ request: CreateRequest,
        _ preference: CreatePreference,
        _ progress: CreateProgress,
        _ logger: Logger
    ) async throws(StackError) -> CreateOutcome {
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
            let job = { @Sendable in try await self.carryOut(request, id, pod, progress, logger) }
            guard preference != .none else { return try await creates.perform(for: Claimant(request.owner, id), job) }
            try creates.start(for: Claimant(request.owner, id)) {
                do {
                    _ = try await job()
                } catch {
                    // The request takes the error from `progress`.
                }
            }
            return try await outcome(of: progress, preference, pod, logger)
        }
    }

    /// Carries out a create and records its end.
    private func carryOut(
        _ request: CreateRequest,
        _ id: StackID,
        _ pod: CheckedPod,
        _ progress: CreateProgress,
        _ logger: Logger
    ) async throws -> CreateOutcome {
        progress.begin()
        let result: Result<CreateOutcome, any Error>
        let code: String
        do {
            let outcome = try await run(request, id, pod, progress, logger)
            (result, code) = (.success(outcome), outcome.metricCode)
        } catch {
            (result, code) = (.failure(error), StackError.Code(of: error).rawValue)
        }
        let isWanted = progress.end(result)
        StackMetrics.ended(.create, code: isWanted ? code : StackError.Code.clientClosedRequest.rawValue)
        if !isWanted, case .success(let outcome) = result {
            await removeAbandoned(outcome.stack.record.id, logger)
            throw StackError.clientClosed
        }
        return try result.get()
    }

    private func run(
        _ request: CreateRequest,
        _ id: StackID,
        _ pod: CheckedPod,
        _ progress: CreateProgress,
        _ logger: Logger
    ) async throws -> CreateOutcome {
        let operation = try CreateOperation(self, id, request, pod, progress, logger)
        do {
            return CreateOutcome(stack: try await operation.run(), isReplay: false, warnings: pod.warnings)
        } catch ReservationRefusal.stackExists(let existing) {
            throw try await conflictError(for: request, existing: existing)
        } catch ReservationRefusal.keyUsed(let earlier) {
            return try await replay(request, of: earlier, isHurried: progress.isHurried, warnings: pod.warnings, logger)
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

    /// Returns the conflict with the existing stack; a retryable one if that stack is already being removed.
    private func conflictError(for request: CreateRequest, existing: StackID) async throws -> StackError {
        let (userID, problemID) = (request.userID ?? 0, request.problemID ?? 0)
        var error: StackError
        if let record = try await store.record(existing), record.isVisible(at: now()), view(of: record).status != .nodeDeleted {
            error = StackError(.stackExists, "user \(userID) already has \(existing) for problem \(problemID)")
            error.conflict = StackError.Conflict(stackID: existing, isLeaving: false)
        } else {
            error = StackError(
                .stackExists,
                "the earlier stack of user \(userID) for problem \(problemID) (\(existing)) is still being removed; "
                    + "try again",
                retryAfterSeconds: 5
            )
            error.conflict = StackError.Conflict(stackID: existing, isLeaving: true)
        }
        return error
    }

    /// Returns the stack of the key even if the policy has become stricter since its creation.
    /// - Throws: `refusal` if the key has created no stack.
    private func replay(_ request: CreateRequest, insteadOf refusal: StackError, _ logger: Logger) async throws -> CreateOutcome {
        guard let key = request.idempotency?.key, let earlier = try await store.record(idempotencyKey: key) else { throw refusal }
        return try await replay(request, of: earlier, logger)
    }

    /// Waits for the earlier request with the same key and returns its stack. Needs no slot.
    /// - Parameter isHurried: true to return the stack even if the earlier request has not ended.
    private func replay(
        _ request: CreateRequest,
        of earlier: StackRecord,
        isHurried: Bool = false,
        warnings: [PodSpecWarning] = [],
        _ logger: Logger
    ) async throws -> CreateOutcome {
        guard request.idempotency?.digest == earlier.idempotency?.digest else {
            throw StackError(.idempotencyKeyReused, "Idempotency-Key: was used before, for another request body")
        }
        if isHurried, earlier.state == .reserved, earlier.isVisible(at: now()) {
            return CreateOutcome(stack: view(of: earlier), isReplay: true, isAccepted: true, warnings: warnings)
        }
        // A create in this process holds the lock until it has ended.
        let outcome = try await locks.withLock(earlier.id) { try await store.record(earlier.id) }
        guard let outcome, outcome.state == .active, outcome.isVisible(at: now()) else {
            // Another replica is still working, the create has just failed, or the stack is being removed.
            throw StackError(
                .requestInProgress,
                "the earlier request with this Idempotency-Key has not ended yet (\(earlier.id)); send it again",
                retryAfterSeconds: 1
            )
        }
        logger.info("request repeated", metadata: ["stack_id": "\(earlier.id)"])
        return CreateOutcome(stack: view(of: outcome), isReplay: true, warnings: warnings)
    }
}

extension CreateOutcome {
    fileprivate var metricCode: String { isReplay ? StackMetrics.Code.replayed : StackMetrics.Code.ok }
}

extension StackError {
    fileprivate init(_ refusal: PodSpecRefusal) {
        let sentence = refusal.problems.map { $0.path.isEmpty ? $0.message : "\($0.path): \($0.message)" }.joined(separator: "; ")
        self.init(.invalidPodSpec, "pod_spec: " + sentence, details: refusal.problems)
    }
}
