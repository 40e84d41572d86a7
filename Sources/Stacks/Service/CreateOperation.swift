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
    private let progress: CreateProgress
    private let accepted = ContinuousClock.now
    private let logger: Logger

    init(
        _ service: StackService,
        _ id: StackID,
        _ request: CreateRequest,
        _ pod: CheckedPod,
        _ progress: CreateProgress,
        _ logger: Logger
    ) throws {
        self.service = service
        self.id = id
        self.request = request
        self.pod = pod
        self.progress = progress
        let overhead = try service.cluster.podOverhead()
        requested = ResourceAmount(pod, overhead: overhead)
        requestedEphemeralStorageBytes = overhead.ephemeralStorageBytes(with: pod)
        let settings = service.settings
        manifest = pod.manifest(
            name: id.podName,
            namespace: settings.namespace,
            labels: StackLabels.all(
                of: id,
                userID: request.userID,
                problemID: request.problemID,
                egress: request.egress ?? settings.defaultEgress
            ),
            annotations: StackAnnotations.all(of: pod, requested: requested),
            activeDeadlineSeconds: settings.podDeadlineSeconds
        )
        yaml = try manifest.yaml
        var logger = logger
        logger[metadataKey: "stack_id"] = "\(id)"
        for (key, value) in request.owner?.metadata ?? [:] { logger[metadataKey: key] = value }
        self.logger = logger
    }

    /// - Throws: ``ReservationRefusal`` `keyUsed` and `stackExists`, which the caller maps; ``StackError``, ``ClusterError``,
    ///   ``StoreError``.
    func run() async throws -> Stack {
        try await service.locks.withLock(id) {
            let pending = PendingRecord()
            do {
                // Nobody else can name a stack without owner and key.
                guard request.isNameless else { return try await carryOut(pending) }
                return try await progress.unlessAbandoned { try await carryOut(pending) }
            } catch {
                // The undo may wait for a Pod's end, so it holds no slot.
                if let current = pending.value { await undo(current, because: error, isShown: progress.beginUndo()) }
                throw error
            }
        }
    }

    private func carryOut(_ pending: PendingRecord) async throws -> Stack {
        try await service.creates.slots.withSlot(for: Claimant(request.owner, id)) {
            StackMetrics.took(StackMetrics.CreatePhase.queue, since: accepted)
            guard service.cluster.isSynced else { throw StackError.notSynced }
            try await StackMetrics.time(.reserve) { try await reserve(pending) }
            if let record = pending.value?.record { progress.reserved(record) }
            let stack = try await createObjects(pending)
            StackMetrics.succeeded(.create, since: accepted)
            return stack
        }
    }

    /// The record of this create and its holds on the ports, set before the store may have the record. Ports may change, and an undo needs
    /// the last ones.
    private final class PendingRecord: Sendable {
        struct Value {
            var record: StackRecord
            /// In the order of the record's ports.
            var holds: [PortPool.Hold]

            /// Returns the positions of refused ports: every position if the API server did not say which.
            func positions(of refused: [Int]) -> [Int] {
                let known = holds.indices.filter { refused.contains(holds[$0].port) }
                return known.isEmpty ? Array(holds.indices) : known
            }
        }

        private let state = Mutex<Value?>(nil)

        var value: Value? { state.withLock { $0 } }

        func set(_ value: Value?) { state.withLock { $0 = value } }
    }

    // MARK: Reserve

    /// Writes the reservation, the one atomic decision of a create. Ports that other stacks have are exchanged for the next attempt.
    private func reserve(_ pending: PendingRecord) async throws {
        let service = service
        let limits = ReservationLimits(stacksPerUser: service.settings.maxPerUser) { service.cluster.budget() }
        if let resource = service.cluster.shortage(forEphemeralStorageBytes: requestedEphemeralStorageBytes) {
            throw try await firstRefusal(within: limits, orElse: .tooLittle(of: resource))
        }
        do {
            let holds = try await claimPorts(pod.ports.count) { holds in
                let record = record(nodePorts: holds.map(\.port))
                // From here on the store may have the record, even if its response is lost.
                pending.set(PendingRecord.Value(record: record, holds: holds))
                do {
                    try await service.effect(.reserve) { try await service.store.reserve(record, within: limits) }
                } catch let refusal as ReservationRefusal {
                    pending.set(nil)
                    throw refusal
                }
            }
            guard holds != nil else { throw try await firstRefusal(within: limits, orElse: .noPortLeft(for: pod.ports.count)) }
        } catch let refusal as ReservationRefusal {
            throw StackError(refusal: refusal, request: request, limits: limits) ?? refusal
        }
    }

    /// Calls `claim` with `count` free ports until they are accepted; only the refused ones are exchanged in between.
    /// - Returns: nil if too few ports are free.
    private func claimPorts(_ count: Int, _ claim: ([PortPool.Hold]) async throws -> Void) async throws -> [PortPool.Hold]? {
        // Refused ports stay held during the loop, so that none is chosen twice.
        var refused: [PortPool.Hold] = []
        defer { service.ports.release(refused) }
        guard var holds = service.ports.allocate(count) else { return nil }
        for _ in 0..<Self.portClaims {
            do {
                try await claim(holds)
                return holds
            } catch ReservationRefusal.portsTaken(let taken) {
                let positions = holds.indices.filter { taken.contains(holds[$0].port) }
                StackMetrics.exchanged(positions.count, because: .taken)
                refused += positions.map { holds[$0] }
                guard let others = service.ports.allocate(positions.count) else {
                    service.ports.returnUnused(holds.filter { !taken.contains($0.port) })
                    return nil
                }
                for (position, other) in zip(positions, others) { holds[position] = other }
            } catch let refusal as ReservationRefusal {
                service.ports.returnUnused(holds)
                throw refusal
            }
        }
        service.ports.returnUnused(holds)
        throw StackError.portsBusy(count: refused.count)
    }

    /// The maximum number of attempts that are refused because of stacks whose Services this process has not seen; then the caller gets a
    /// retryable error.
    private static let portClaims = 64

    /// Returns the refusal that lasts longest: a shortage of the cluster is reported only if nothing of the caller's own is in the way.
    private func firstRefusal(within limits: ReservationLimits, orElse last: StackError) async throws -> any Error {
        guard let refusal = try await service.store.obstacle(to: record(nodePorts: []), within: limits) else { return last }
        return StackError(refusal: refusal, request: request, limits: limits) ?? refusal
    }

    /// - Parameter nodePorts: as many as the Pod has ports, or none for a record that is only compared with others.
    private func record(nodePorts: [Int]) -> StackRecord {
        let created = service.timestamp
        return StackRecord(
            id: id,
            userID: request.userID,
            problemID: request.problemID,
            owner: service.owner,
            idempotency: request.idempotency,
            namespace: service.settings.namespace,
            podSpec: yaml,
            ports: zip(pod.ports, nodePorts).map { PortMapping($0, nodePort: $1) },
            egress: request.egress ?? service.settings.defaultEgress,
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
            let uid = try await StackMetrics.time(.pod) {
                service.readyTimes.began(id, at: accepted)
                return try await service.effect(.createPod) { try await service.cluster.createPod(manifest) }
            }
            try await StackMetrics.time(.service) { try await createService(pending, podUID: uid) }
            let node = try await StackMetrics.time(.schedule) {
                try await service.cluster.waitUntilScheduled(id, timeout: service.settings.schedulingTimeout)
            }
            return try await StackMetrics.time(.activate) {
                try await service.effect(.activate) {
                    try await service.store.activate(id, owner: service.owner, nodeID: node, at: service.timestamp)
                }
            }
        }
        guard let active else {
            logger.error("the create was not finished in time", metadata: ["limit": "\(limit)"])
            throw StackError.createTimedOut(after: limit)
        }
        logger.info("stack created", metadata: active.metadata.merging(["node_id": "\(active.nodeID ?? "")"]) { $1 })
        service.onExpiry(active.id, active.expiresAt)
        return service.view(of: active)
    }

    /// Creates the Service. Each port that the API server rejects goes into cooldown and is exchanged for another; the others stay.
    private func createService(_ pending: PendingRecord, podUID: String) async throws {
        for attempt in 1... {
            guard let current = pending.value else { return }
            do {
                return try await service.effect(.createService) {
                    try await service.cluster.createService(for: current.record, podUID: podUID)
                }
            } catch let error as ClusterError where error.code == .portAllocated || error.code == .portOutOfRange {
                let refused = current.positions(of: error.nodePorts)
                for position in refused { service.ports.startLongCooldown(current.holds[position]) }
                StackMetrics.exchanged(refused.count, because: .refused)
                // Logged as an error, since the operator must learn that STACK_NODEPORT_MIN…MAX exceeds the API server's range.
                let level: Logger.Level = error.code == .portOutOfRange ? .error : .info
                let ports = refused.map { "\(current.holds[$0].port)" }.joined(separator: ",")
                let metadata: Logger.Metadata = ["node_ports": "\(ports)", "error": "\(error)"]
                logger.log(level: level, "the API server refuses a node port; trying another", metadata: metadata)
                guard attempt < service.settings.portAttempts * pod.ports.count else { throw error }
                for position in refused { try await reassignPort(pending, at: position) }
            }
        }
    }

    private func reassignPort(_ pending: PendingRecord, at position: Int) async throws {
        let service = service
        guard var current = pending.value else { return }
        let old = current.holds[position].port
        let holds = try await claimPorts(1) { holds in
            guard let new = holds.first else { return }
            do {
                try await service.effect(.changePort) {
                    try await service.store.changePort(of: id, owner: service.owner, from: old, to: new.port, at: service.timestamp)
                }
            } catch let refusal as ReservationRefusal {
                throw refusal
            } catch {
                service.ports.returnUnused(holds)
                throw error
            }
        }
        guard let hold = holds?.first else { throw StackError.noPortLeft(for: 1) }
        current.holds[position] = hold
        current.record.ports[position].nodePort = hold.port
        pending.set(current)
        progress.reserved(current.record)
    }

    // MARK: Undo

    /// - Parameter isShown: true if the caller has been shown the stack, and then the record keeps the reason for a while.
    private func undo(_ pending: PendingRecord.Value, because cause: any Error, isShown: Bool) async {
        logger.notice("create failed; undoing it", metadata: ["cause": "\(cause)"])
        service.readyTimes.isGone(id)
        service.origins.remember(id)
        let record = pending.record
        // From here on the record and the Service, if they exist, reserve the ports, whichever process removes them.
        defer { service.ports.release(pending.holds) }
        do {
            if isShown, try await recordFailure(pending, cause) { return }
            // If the record is gone, another replica has reclaimed the reservation, perhaps before our last write reached the cluster.
            let current = try await service.effect(.beginDelete) { try await service.store.beginDelete(id, at: service.timestamp) }
            if try await !service.tearDown(current ?? record) {
                logger.notice("Pod or Service of an undone create still exists; the reconciler will remove it")
            }
        } catch {
            logger.warning("a failed create could not be undone; the reconciler will undo it", metadata: ["error": "\(error)"])
        }
    }

    /// Removes the objects, and changes the record to state `failed`. It stays `reserved` until then, so that its caller sees the stack as
    /// being created and not as gone.
    /// - Returns: false if the record is not ours any more, or the objects take long to end.
    private func recordFailure(_ pending: PendingRecord.Value, _ cause: any Error) async throws -> Bool {
        let service = service
        guard let record = try await service.store.record(id), record.state == .reserved, record.owner == service.owner else {
            return false
        }
        try await service.deleteObjects(of: id)
        guard try await service.cluster.waitUntilGone(id, within: service.settings.deletionTimeout) else { return false }
        let now = service.timestamp
        let expiresAt = now.addingTimeInterval(Self.failureShown)
        try await service.effect(.fail) {
            try await service.store.fail(id, failure: StackFailure(service.translated(cause, logger)), expiresAt: expiresAt, at: now)
        }
        service.origins.forget(id)
        service.ports.startShortCooldown(pending.record.nodePorts)
        service.onExpiry(id, expiresAt)
        return true
    }

    /// The time for which a failed create is shown.
    private static let failureShown: TimeInterval = 120
}

extension StackFailure {
    /// The code in one word, as Kubernetes writes reasons: `quota_exceeded` becomes `QuotaExceeded`.
    init(_ error: StackError) {
        let words = error.code.rawValue.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        self.init(reason: words.joined(), message: error.message)
    }
}
