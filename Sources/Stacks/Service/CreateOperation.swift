import FoundationEssentials
import Logging
import PodPolicy
import Synchronization

/// The steps of one create: reserve, create Pod and Service, wait for a node, activate. A failed create is undone.
struct CreateOperation: Sendable {
    private let service: StackService
    private let id: StackID
    private let request: CreateRequest
    private let pod: CheckedPod
    /// The request of the Pod with the overhead of its runtime class.
    private let requested: ResourceAmount
    private let requestedEphemeralStorageBytes: Int64
    private let manifest: PodManifest
    private let yaml: String
    private let logger: Logger

    init(_ service: StackService, _ request: CreateRequest, _ pod: CheckedPod, _ logger: Logger) throws {
        var generator = SystemRandomNumberGenerator()
        let id = StackID.random(using: &generator)
        self.service = service
        self.id = id
        self.request = request
        self.pod = pod
        let overhead = try service.cluster.podOverhead()
        requested = ResourceAmount(pod, overhead: overhead)
        requestedEphemeralStorageBytes = overhead.ephemeralStorageBytes(with: pod)
        let settings = service.settings
        manifest = pod.manifest(
            name: id.podName,
            namespace: settings.namespace,
            labels: StackLabels.all(of: id, userID: request.userID, problemID: request.problemID),
            annotations: StackAnnotations.all(of: pod, requested: requested),
            activeDeadlineSeconds: (settings.timeToLive + settings.podDeadlineSlack).components.seconds
        )
        yaml = try manifest.yaml
        var logger = logger
        logger[metadataKey: "stack_id"] = "\(id)"
        logger[metadataKey: "user_id"] = "\(request.userID)"
        logger[metadataKey: "problem_id"] = "\(request.problemID)"
        self.logger = logger
    }

    /// - Throws: ``ReservationRefusal`` `keyUsed` and `stackExists`, which the caller maps; ``StackError``, ``ClusterError``,
    ///   ``StoreError``.
    func run() async throws -> Stack {
        try await service.locks.withLock(id) {
            let pending = PendingRecord()
            do {
                return try await service.creates.slots.withSlot(for: .user(request.userID)) {
                    guard service.cluster.isSynced else { throw StackError.notSynced }
                    try await reserve(pending)
                    return try await createObjects(pending)
                }
            } catch {
                // The undo may wait for a Pod's end, so it holds no slot.
                if let current = pending.value { await undo(current, because: error) }
                throw error
            }
        }
    }

    /// The record of this create and its hold on the port, set before the store may have the record. The port may change, and an undo needs
    /// the last one.
    private final class PendingRecord: Sendable {
        struct Value {
            var record: StackRecord
            var hold: PortPool.Hold
        }

        private let state = Mutex<Value?>(nil)

        var value: Value? { state.withLock { $0 } }

        func set(_ value: Value?) { state.withLock { $0 = value } }
    }

    // MARK: Reserve

    /// Writes the reservation, the one atomic decision of a create. If another stack has the port, the next attempt uses another port.
    private func reserve(_ pending: PendingRecord) async throws {
        let service = service
        let limits = ReservationLimits(stacksPerUser: service.settings.maxPerUser) { service.cluster.budget() }
        if let resource = service.cluster.shortage(forEphemeralStorageBytes: requestedEphemeralStorageBytes) {
            throw try await firstRefusal(within: limits, orElse: .tooLittle(of: resource))
        }
        do {
            let hold = try await claimPort { hold in
                let record = record(nodePort: hold.port)
                // From here on the store may have the record, even if its response is lost.
                pending.set(PendingRecord.Value(record: record, hold: hold))
                do {
                    try await service.effect(.reserve) { try await service.store.reserve(record, within: limits) }
                } catch let refusal as ReservationRefusal {
                    pending.set(nil)
                    throw refusal
                }
            }
            guard hold != nil else { throw try await firstRefusal(within: limits, orElse: .noPortLeft) }
        } catch let refusal as ReservationRefusal {
            throw StackError(refusal: refusal, request: request, limits: limits) ?? refusal
        }
    }

    /// Calls `claim` with one free port after the other until the port is accepted.
    /// - Returns: nil if no port is free.
    private func claimPort(_ claim: (PortPool.Hold) async throws -> Void) async throws -> PortPool.Hold? {
        // Refused ports stay held during the loop, so that none is chosen twice.
        var refused: [PortPool.Hold] = []
        defer { for hold in refused { service.ports.release(hold) } }
        while let hold = service.ports.take() {
            do {
                try await claim(hold)
                return hold
            } catch ReservationRefusal.portTaken {
                refused.append(hold)
                guard refused.count < Self.portClaims else { throw StackError.portsBusy(count: refused.count) }
            } catch let refusal as ReservationRefusal {
                service.ports.giveBack(hold)
                throw refusal
            }
        }
        return nil
    }

    /// The maximum number of ports that are refused because of stacks whose Services this process has not seen; then the caller gets a
    /// retryable error.
    private static let portClaims = 64

    /// Returns the refusal that lasts longest: a shortage of the cluster is reported only if nothing of the caller's own is in the way.
    private func firstRefusal(within limits: ReservationLimits, orElse last: StackError) async throws -> any Error {
        guard let refusal = try await service.store.obstacle(to: record(nodePort: 0), within: limits) else { return last }
        return StackError(refusal: refusal, request: request, limits: limits) ?? refusal
    }

    private func record(nodePort: Int) -> StackRecord {
        let created = service.timestamp
        return StackRecord(
            id: id,
            userID: request.userID,
            problemID: request.problemID,
            owner: service.owner,
            idempotency: request.idempotency,
            namespace: service.settings.namespace,
            podSpec: yaml,
            port: pod.port,
            nodePort: nodePort,
            requestedCPUMilli: requested.cpuMilli,
            requestedMemoryBytes: requested.memoryBytes,
            createdAt: created,
            updatedAt: created,
            expiresAt: created.addingTimeInterval(service.settings.timeToLive.timeInterval)
        )
    }

    // MARK: Create

    private func createObjects(_ pending: PendingRecord) async throws -> Stack {
        let service = service
        let limit = service.settings.portLockTTL
        // After this time other processes may reclaim the reservation.
        let active = try await within(limit) { () -> StackRecord in
            let uid = try await service.effect(.createPod) { try await service.cluster.createPod(manifest) }
            try await createService(pending, podUID: uid)
            let node = try await service.cluster.waitUntilScheduled(id, timeout: service.settings.schedulingTimeout)
            return try await service.effect(.activate) {
                try await service.store.activate(id, owner: service.owner, nodeID: node, at: service.timestamp)
            }
        }
        guard let active else {
            logger.error("the create was not finished in time", metadata: ["limit": "\(limit)"])
            throw StackError.createTimedOut(after: limit)
        }
        logger.info("stack created", metadata: ["node_port": "\(active.nodePort)", "node_id": "\(active.nodeID ?? "")"])
        service.onExpiry(active.expiresAt)
        return service.view(of: active)
    }

    /// Creates the Service. If the API server rejects the port, the port goes into cooldown and another is tried.
    private func createService(_ pending: PendingRecord, podUID: String) async throws {
        for attempt in 1... {
            guard let current = pending.value else { return }
            do {
                return try await service.effect(.createService) {
                    try await service.cluster.createService(for: current.record, podUID: podUID)
                }
            } catch let error as ClusterError where error.code == .portAllocated || error.code == .portOutOfRange {
                service.ports.quarantine(current.hold)
                // Logged as an error, since the operator must learn that STACK_NODEPORT_MIN…MAX exceeds the API server's range.
                let level: Logger.Level = error.code == .portOutOfRange ? .error : .info
                let metadata: Logger.Metadata = ["node_port": "\(current.record.nodePort)", "error": "\(error)"]
                logger.log(level: level, "the API server refuses the node port; trying another", metadata: metadata)
                guard attempt < service.settings.portAttempts else { throw error }
                try await reassignPort(pending, current.record)
            }
        }
    }

    private func reassignPort(_ pending: PendingRecord, _ record: StackRecord) async throws {
        let service = service
        let hold = try await claimPort { hold in
            do {
                try await service.effect(.changePort) {
                    try await service.store.changePort(of: id, owner: service.owner, to: hold.port, at: service.timestamp)
                }
            } catch ReservationRefusal.portTaken {
                throw ReservationRefusal.portTaken
            } catch {
                service.ports.giveBack(hold)
                throw error
            }
        }
        guard let hold else { throw StackError.noPortLeft }
        var record = record
        record.nodePort = hold.port
        pending.set(PendingRecord.Value(record: record, hold: hold))
    }

    // MARK: Undo

    private func undo(_ pending: PendingRecord.Value, because cause: any Error) async {
        logger.notice("create failed; undoing it", metadata: ["cause": "\(cause)"])
        let record = pending.record
        // From here on the record and the Service, if they exist, reserve the port, whichever process removes them.
        defer { service.ports.release(pending.hold) }
        do {
            // If the record is gone, another replica has reclaimed the reservation, perhaps before our last write reached the cluster.
            let current = try await service.effect(.beginDelete) { try await service.store.beginDelete(id, at: service.timestamp) }
            if try await !service.tearDown(current ?? record) {
                logger.notice("the undone stack is not gone yet; the reconciler goes on")
            }
        } catch {
            logger.warning("a failed create could not be undone yet; the reconciler goes on", metadata: ["error": "\(error)"])
        }
    }
}
