import FoundationEssentials
import Logging
import Synchronization

extension Reconciler {
    /// Returns the reason to remove a record's stack according to the watch caches; nil if all is well.
    func needed(for record: StackRecord, at now: Date) -> Repair? {
        let cluster = service.cluster
        return Repair.needed(
            for: record,
            observed: Repair.Observed(
                hasPod: cluster.hasPod(of: record.id),
                hasService: cluster.hasService(of: record.id),
                nodeExists: record.nodeID.map { cluster.node(named: $0) != nil } ?? true,
                reservedFor: record.state == .reserved ? reservations.age(of: record, at: instant()) : .zero
            ),
            now: now,
            ownership: Repair.Ownership(
                owner: service.owner,
                isExclusive: service.store.isExclusive,
                lockTTL: service.settings.portLockTTL
            )
        )
    }

    /// Returns true if the stack's objects are in this process's namespace. Objects in another namespace would look missing.
    func isServed(_ record: StackRecord) -> Bool { record.namespace == service.settings.namespace }

    /// Looks at one stack under its lock and repairs it if needed.
    func reconcile(_ id: StackID) async throws -> Outcome {
        guard service.cluster.isSynced else { return .deferred }
        let outcome = try await service.locks.withLockIfFree(id) { () -> Outcome in
            guard let record = try await service.store.record(id) else { return try await removeOrphan(id) }
            guard isServed(record) else { return .nothingToDo }
            guard let repair = needed(for: record, at: service.now()), try await isConfirmed(repair, of: record) else {
                return record.expiry.map { .healthy(until: $0) } ?? .nothingToDo
            }
            return try await remove(record, because: repair)
        }
        return outcome ?? .deferred
    }

    /// Confirms the reason with the API server: an object missing from the cache may only be late.
    private func isConfirmed(_ repair: Repair, of record: StackRecord) async throws -> Bool {
        switch repair {
        case .objectMissing:
            let present = try await service.cluster.objectsExist(record.id)
            return !present.pod || !present.service
        case .nodeDeleted:
            guard let node = record.nodeID else { return false }
            return try await !service.cluster.nodeExists(node)
        case .expired, .interruptedDelete, .abandonedReservation, .orphan:
            return true
        }
    }

    /// Starts or continues the removal without waiting: if a Pod takes its grace period, the watch event of its end triggers the next
    /// attempt.
    private func remove(_ record: StackRecord, because repair: Repair) async throws -> Outcome {
        try requireLeadership()
        let begun = causes.withLock { $0[record.id] }
        let givenUp = try await givenUpNode(of: record.id)
        if begun != nil, givenUp == nil, isEnding(record.id) { return .pending }
        let cause = begun ?? repair
        // Compare and set: a moment ago the owner of a slow reservation may have continued, or a caller may have renewed the stack.
        let seen = repair == .abandonedReservation || repair == .expired ? record : nil
        let now = service.timestamp
        guard let marked = try await service.store.beginDelete(record.id, ifUnchanged: seen, at: now) else { return .nothingToDo }
        let metadata = marked.metadata.merging(["stack_id": "\(record.id)", "cause": "\(cause.rawValue)"]) { $1 }
        if begun == nil { logger.info("removing stack", metadata: metadata) }
        causes.withLock { $0[record.id] = cause }
        if let givenUp {
            // After its return, the node may forward the NodePort to the old container for a while.
            service.ports.startLongCooldown(marked.nodePorts, for: Self.givenUpPortCooldown)
            logger.warning("giving up a stack with its node", metadata: metadata.merging(["node_id": "\(givenUp)"]) { $1 })
        }
        try await service.deleteObjects(of: record.id, isNodeGivenUp: givenUp != nil, mayWrite: requireLeadership)
        let isCached = service.cluster.hasObjects(of: record.id)
        guard !isCached, try await service.cluster.isGone(record.id) else { return .pending }
        try requireLeadership()
        try await service.forget(marked)
        causes.withLock { $0[record.id] = nil }
        logger.info("stack removed", metadata: metadata)
        return .repaired(cause)
    }

    /// The cooldown of a port whose stack was given up with its node.
    private static let givenUpPortCooldown: Duration = .seconds(3600)

    /// Returns true if only a Pod within its grace period is left of the stack, on a node that can confirm the end.
    private func isEnding(_ id: StackID) -> Bool {
        let cluster = service.cluster
        guard let pod = cluster.pod(of: id), pod.isTerminating, !cluster.hasService(of: id) else { return false }
        return pod.nodeName.map { cluster.node(named: $0) != nil } ?? false
    }

    /// Returns the node whose kubelet has been silent for `STACK_DEAD_NODE_TIMEOUT` while a removal waits for it; nil if there is none.
    /// Warns about a node that is silent for less time.
    private func givenUpNode(of id: StackID) async throws -> String? {
        let cluster = service.cluster
        guard let pod = cluster.pod(of: id), pod.isTerminating, let name = pod.nodeName else { return nil }
        guard cluster.node(named: name)?.isUnreachable == true else { return nil }
        guard let silence = deadNodes.timeUnreachable(name, at: instant()) else { return nil }
        let timeout = service.settings.deadNodeTimeout
        // The cache may lag behind a node that is back, so the API server decides.
        if timeout > .zero, silence >= timeout, try await cluster.isNodeUnreachable(name) { return name }
        if deadNodes.takeWarning(name, at: instant()) {
            logger.warning(
                "stacks wait for a node that has stopped reporting; kubectl delete node frees them",
                metadata: [
                    "node_id": "\(name)", "command": "kubectl delete node \(name)", "unreachable_s": "\(silence.components.seconds)",
                    "given_up_after_s": timeout > .zero ? "\(timeout.components.seconds)" : "never",
                ]
            )
        }
        return nil
    }

    private func requireLeadership() throws {
        guard isLeading() else { throw CancellationError() }
    }

    /// Logs the unreadable records in one line. Their stacks are left alone until an operator has looked at them.
    func report(_ unreadable: [UnreadableRecord]) {
        guard !unreadable.isEmpty else { return }
        let named = unreadable.prefix(10).map(\.reason).joined(separator: "; ")
        logger.error(
            "records cannot be read; their Pods and Services are left alone",
            metadata: ["count": "\(unreadable.count)", "records": "\(named)"]
        )
        if unreadable.contains(where: { $0.id == nil }) {
            logger.error("the id of a record cannot be read: objects without a record are not removed")
        }
    }

    private func removeOrphan(_ id: StackID) async throws -> Outcome {
        guard knowsAllIDs.load(ordering: .relaxed) else { return .nothingToDo }
        guard service.cluster.hasObjects(of: id) else { return .gone }
        let givenUp = try await givenUpNode(of: id)
        if givenUp == nil, isEnding(id) { return .pending }
        guard try await ownsNamespace() else { return .nothingToDo }
        try await service.deleteObjects(of: id, isNodeGivenUp: givenUp != nil, mayWrite: requireLeadership)
        logger.notice("objects without a record removed", metadata: ["stack_id": "\(id)"])
        return .repaired(.orphan)
    }
}
