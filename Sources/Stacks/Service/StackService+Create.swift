import FoundationEssentials
package import Logging
import PodPolicy
import Synchronization

extension StackService {
    /// Makes a stack: reserves it in one store write, creates Pod and Service, and waits until the Pod has a node. If any of it
    /// fails, everything is undone before this throws; what cannot be undone now is left to the reconciler.
    ///
    /// A request whose idempotency key has made a stack already gets that one.
    /// - Throws: ``StackError``.
    package func create(_ request: CreateRequest, logger: Logger) async throws -> CreateOutcome {
        try await translatingErrors(logger) {
            try mayCreate()
            let pod = try check(request)
            return try await creates.perform(forUser: request.userID) {
                var generator = SystemRandomNumberGenerator()
                let id = StackID.random(using: &generator)
                var logger = logger
                logger[metadataKey: "stack_id"] = "\(id)"
                logger[metadataKey: "user_id"] = "\(request.userID)"
                logger[metadataKey: "problem_id"] = "\(request.problemID)"
                do {
                    let stack = try await self.locks.withLock(id) { try await self.provision(id, request, pod, logger) }
                    return CreateOutcome(stack: stack, isReplay: false)
                } catch ReservationRefusal.stackExists(let existing) {
                    throw try await self.refusal(of: request, because: existing)
                } catch ReservationRefusal.keyUsed(let earlier) {
                    return CreateOutcome(stack: try await self.replay(request, of: earlier, logger), isReplay: true)
                }
            }
        }
    }

    /// What stands in the way may be on its way out, and then the caller need only come again.
    private func refusal(of request: CreateRequest, because existing: StackID) async throws -> StackError {
        if let record = try await store.record(existing), isVisible(record), view(of: record).status != .nodeDeleted {
            return StackError(.stackExists, "user \(request.userID) already has \(existing) for problem \(request.problemID)")
        }
        return StackError(
            .deletionPending,
            "the earlier stack of user \(request.userID) for problem \(request.problemID) (\(existing)) is still being removed; try again",
            retryAfterSeconds: 5
        )
    }

    /// Answers a repeated request with what the earlier one made, once that has ended.
    private func replay(_ request: CreateRequest, of earlier: StackRecord, _ logger: Logger) async throws -> Stack {
        guard request.idempotency?.digest == earlier.idempotency?.digest else {
            throw StackError(.idempotencyKeyReused, "Idempotency-Key: was used before, for another request body")
        }
        // The lock is held while this process is at work on it.
        let outcome = try await locks.withLock(earlier.id) { try await store.record(earlier.id) }
        guard let outcome, outcome.state == .active, isVisible(outcome) else {
            // Made by another replica and not ready, failed a moment ago, or on its way out: what it was will soon be settled.
            throw StackError(
                .requestInProgress,
                "the earlier request with this Idempotency-Key is still being settled (\(earlier.id)); send it again",
                retryAfterSeconds: 1
            )
        }
        logger.info("request repeated", metadata: ["stack_id": "\(earlier.id)"])
        return view(of: outcome)
    }

    private func check(_ request: CreateRequest) throws -> CheckedPod {
        guard request.userID > 0 else {
            throw StackError(.invalidRequest, "user_id: \(request.userID) is not a positive 64-bit integer")
        }
        guard request.problemID > 0 else {
            throw StackError(.invalidRequest, "problem_id: \(request.problemID) is not a positive 64-bit integer")
        }
        guard (1...65535).contains(request.targetPort) else {
            throw StackError(.invalidRequest, "target_port: \(request.targetPort) is not within 1…65535")
        }
        do {
            return try policy.check(request.podSpec, targetPort: request.targetPort)
        } catch {
            let sentence = error.problems.map { $0.path.isEmpty ? $0.message : "\($0.path): \($0.message)" }.joined(separator: "; ")
            throw StackError(.invalidPodSpec, "pod_spec: " + sentence, details: error.problems)
        }
    }

    private func provision(_ id: StackID, _ request: CreateRequest, _ pod: CheckedPod, _ logger: Logger) async throws -> Stack {
        guard cluster.isSynced else { throw StackError.notSynced }
        let manifest = manifest(id, request, pod)
        let reservation = Reservation(try await reserve(id, request, pod, manifest, logger))
        do {
            // After this time others may reclaim the reservation.
            let active = try await within(settings.portLockTTL) { try await self.build(reservation, manifest, logger) }
            guard let active else {
                logger.error("the create was not finished in time", metadata: ["limit": "\(settings.portLockTTL)"])
                throw StackError.createTimedOut(after: settings.portLockTTL)
            }
            logger.info("stack created", metadata: ["node_port": "\(active.nodePort)", "node_id": "\(active.nodeID ?? "")"])
            onExpiry(active.expiresAt)
            return view(of: active)
        } catch {
            await undo(reservation.record, because: error, logger)
            throw error
        }
    }

    /// The record of a create under way. Its port may change, and whoever undoes the create must know the last one.
    private final class Reservation: Sendable {
        private let state: Mutex<StackRecord>

        init(_ record: StackRecord) { state = Mutex(record) }

        var record: StackRecord { state.withLock { $0 } }

        func setNodePort(_ port: Int) { state.withLock { $0.nodePort = port } }
    }

    private func manifest(_ id: StackID, _ request: CreateRequest, _ pod: CheckedPod) -> PodManifest {
        pod.manifest(
            name: id.podName,
            namespace: settings.namespace,
            labels: StackLabels.all(of: id, userID: request.userID, problemID: request.problemID),
            activeDeadlineSeconds: (settings.timeToLive + settings.podDeadlineSlack).components.seconds
        )
    }

    /// The one atomic write that decides everything. A port that turns out to be taken costs another try, with another port.
    private func reserve(
        _ id: StackID,
        _ request: CreateRequest,
        _ pod: CheckedPod,
        _ manifest: PodManifest,
        _ logger: Logger
    ) async throws -> StackRecord {
        let yaml = manifest.yaml
        for _ in 0..<settings.portAttempts {
            guard let nodePort = ports.take() else { throw StackError.noPortLeft }
            let created = timestamp
            let record = StackRecord(
                id: id,
                userID: request.userID,
                problemID: request.problemID,
                owner: owner,
                idempotency: request.idempotency,
                namespace: settings.namespace,
                podSpec: yaml,
                port: pod.port,
                nodePort: nodePort,
                requestedCPUMilli: pod.requestedCPUMilli,
                requestedMemoryBytes: pod.requestedMemoryBytes,
                createdAt: created,
                updatedAt: created,
                expiresAt: created.addingTimeInterval(settings.timeToLive.timeInterval)
            )
            let limits = ReservationLimits(stacksPerUser: settings.maxPerUser, budget: cluster.budget())
            do {
                try await effect(.reserve) { try await store.reserve(record, within: limits) }
                return record
            } catch ReservationRefusal.portTaken {
                // Another replica's, or one whose row is about to go.
                ports.release(nodePort)
            } catch let error as ReservationRefusal {
                ports.giveBack(nodePort)
                throw StackError(refusal: error, request: request, limits: limits) ?? error
            } catch {
                // Whether it was written is unknown.
                await undo(record, because: error, logger)
                throw error
            }
        }
        throw StackError.noPortLeft
    }

    private func build(_ reservation: Reservation, _ manifest: PodManifest, _ logger: Logger) async throws -> StackRecord {
        let id = reservation.record.id
        let uid = try await effect(.createPod) { try await cluster.createPod(manifest) }
        try await createService(reservation, podUID: uid, logger)
        let node = try await cluster.waitUntilScheduled(id, timeout: settings.schedulingTimeout)
        return try await effect(.activate) {
            try await store.activate(id, owner: owner, nodeID: node, at: timestamp)
        }
    }

    /// The API server has the last word on ports: one that it calls taken rests, and another is tried.
    private func createService(_ reservation: Reservation, podUID: String, _ logger: Logger) async throws {
        for attempt in 1... {
            let record = reservation.record
            do {
                return try await effect(.createService) { try await cluster.createService(for: record, podUID: podUID) }
            } catch let error as ClusterError where error.code == .portAllocated {
                ports.quarantine(record.nodePort)
                guard attempt < settings.portAttempts else { throw error }
                logger.info("node port is taken in the cluster; trying another", metadata: ["node_port": "\(record.nodePort)"])
                reservation.setNodePort(try await changePort(of: record))
            }
        }
    }

    private func changePort(of record: StackRecord) async throws -> Int {
        for _ in 0..<settings.portAttempts {
            guard let nodePort = ports.take() else { throw StackError.noPortLeft }
            do {
                try await effect(.changePort) {
                    try await store.changePort(of: record.id, owner: owner, to: nodePort, at: timestamp)
                }
                return nodePort
            } catch ReservationRefusal.portTaken {
                ports.release(nodePort)
            } catch {
                ports.giveBack(nodePort)
                throw error
            }
        }
        throw StackError.noPortLeft
    }

    private func undo(_ record: StackRecord, because cause: any Error, _ logger: Logger) async {
        logger.notice("create failed; undoing it", metadata: ["cause": "\(cause)"])
        // Whoever ends it, perhaps another replica, perhaps nobody because it was never written: from here on the row and the Service,
        // if there are any, keep the port from others.
        defer { ports.release(record.nodePort) }
        do {
            // Without a record another replica has taken the reservation back, perhaps before our last write reached the cluster.
            let current = try await effect(.beginDelete) { try await store.beginDelete(record.id, at: timestamp) } ?? record
            if try await !tearDown(current) {
                logger.notice("the undone stack is not gone yet; the reconciler goes on")
            }
        } catch {
            logger.warning("a failed create could not be undone yet; the reconciler goes on", metadata: ["error": "\(error)"])
        }
    }
}
