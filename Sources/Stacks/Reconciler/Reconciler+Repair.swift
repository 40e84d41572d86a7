import FoundationEssentials
import Logging
import Synchronization

extension Reconciler {
    /// What the watches say of a record's objects, judged.
    func needed(for record: StackRecord) -> Repair? {
        let cluster = service.cluster
        return Repair.needed(
            for: record,
            observed: Repair.Observed(
                hasPod: cluster.pod(of: record.id) != nil,
                hasService: cluster.hasService(of: record.id),
                nodeExists: record.nodeID.map { cluster.node(named: $0) != nil } ?? true,
                reservedFor: record.state == .reserved ? reservations.age(of: record, at: instant()) : .zero
            ),
            now: service.now(),
            ownership: Repair.Ownership(
                owner: service.owner,
                isExclusive: service.store.isExclusive,
                lockTTL: service.settings.portLockTTL
            )
        )
    }

    /// Whether this process sees the namespace in which the stack's objects are. In another nothing of it would be found, and it would
    /// be taken for gone.
    func isServed(_ record: StackRecord) -> Bool { record.namespace == service.settings.namespace }

    /// Looks at one stack again, alone with it, and does what it needs.
    func repair(_ id: StackID) async throws -> Outcome {
        guard service.cluster.isSynced else { return .nothingToDo }
        let outcome = try await service.locks.withLockIfFree(id) { () -> Outcome in
            guard let record = try await service.store.record(id) else { return try await removeOrphan(id) }
            guard isServed(record), let repair = needed(for: record) else { return .nothingToDo }
            guard try await isConfirmed(repair, of: record) else { return .nothingToDo }
            return try await remove(record, because: repair)
        }
        return outcome ?? .nothingToDo
    }

    /// What a watch calls missing may only be late: the API server's own word ends a stack.
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

    /// Waits for nothing: where a Pod takes its grace period, the watch reports its end, and that ends the removal.
    private func remove(_ record: StackRecord, because repair: Repair) async throws -> Outcome {
        try requireLeadership()
        let begun = causes.withLock { $0[record.id] }
        let givenUp = try await givenUpNode(of: record.id)
        if begun != nil, givenUp == nil, isEnding(record.id) { return .pending }
        let cause = begun ?? repair
        // Its owner may have gone on with a slow reservation a moment ago.
        let seen = repair == .abandonedReservation ? record : nil
        let now = service.timestamp
        guard let marked = try await service.store.beginDelete(record.id, ifUnchanged: seen, at: now) else { return .nothingToDo }
        let metadata: Logger.Metadata = ["stack_id": "\(record.id)", "cause": "\(cause.rawValue)", "node_port": "\(marked.nodePort)"]
        if begun == nil { logger.info("removing stack", metadata: metadata) }
        causes.withLock { $0[record.id] = cause }
        if let givenUp {
            // Once it is back, the node may still forward the NodePort to the old container for a while.
            service.ports.quarantine(marked.nodePort, for: Self.givenUpPortRest)
            logger.warning("giving up a stack with its node", metadata: metadata.merging(["node_id": "\(givenUp)"]) { $1 })
        }
        guard try await service.tearDown(marked, isNodeGivenUp: givenUp != nil, timeout: .zero, mayWrite: requireLeadership) else {
            return .pending
        }
        causes.withLock { $0[record.id] = nil }
        logger.info("stack removed", metadata: metadata)
        return .repaired(cause)
    }

    /// How long the port of a stack rests that was given up with its node.
    private static let givenUpPortRest: Duration = .seconds(3600)

    /// Whether all that is left of a stack is a Pod whose grace period runs, on a node that confirms its end.
    private func isEnding(_ id: StackID) -> Bool {
        let cluster = service.cluster
        guard let pod = cluster.pod(of: id), pod.isTerminating, !cluster.hasService(of: id) else { return false }
        return pod.nodeName.map { cluster.node(named: $0) != nil } ?? false
    }

    /// The node on whose word the removal of a stack has waited for longer than `STACK_DEAD_NODE_TIMEOUT`. Warns about a node that has
    /// not been silent for so long.
    private func givenUpNode(of id: StackID) async throws -> String? {
        let cluster = service.cluster
        guard let pod = cluster.pod(of: id), pod.isTerminating, let name = pod.nodeName else { return nil }
        guard cluster.node(named: name)?.isUnreachable == true else { return nil }
        guard let silence = deadNodes.timeUnreachable(name, at: instant()) else { return nil }
        let timeout = service.settings.deadNodeTimeout
        // The watch may be late with a node that has come back: the API server's own word ends the wait.
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

    /// Names the records that cannot be read, in one line: their stacks are left alone until somebody has looked at them.
    func report(_ unreadable: [UnreadableRecord]) {
        guard !unreadable.isEmpty else { return }
        let named = unreadable.prefix(10).map(\.reason).joined(separator: "; ")
        logger.error(
            "records cannot be read; their Pods and Services are left alone",
            metadata: ["count": "\(unreadable.count)", "records": "\(named)"]
        )
        if unreadable.contains(where: { $0.id == nil }) {
            logger.error("the id of a record cannot be read: nothing is removed for want of a record")
        }
    }

    private func removeOrphan(_ id: StackID) async throws -> Outcome {
        guard knowsAllIDs.load(ordering: .relaxed) else { return .nothingToDo }
        guard service.cluster.pod(of: id) != nil || service.cluster.hasService(of: id) else { return .nothingToDo }
        let givenUp = try await givenUpNode(of: id)
        if givenUp == nil, isEnding(id) { return .pending }
        guard try await ownsNamespace() else { return .nothingToDo }
        try await service.deleteObjects(of: id, isNodeGivenUp: givenUp != nil, mayWrite: requireLeadership)
        logger.notice("objects without a record removed", metadata: ["stack_id": "\(id)"])
        return .repaired(.orphan)
    }
}
