import FoundationEssentials
package import Logging

extension StackService {
    /// - Throws: ``StackError``: `stack_not_found` also for a stack that expired, is being deleted, or lost its node.
    package func stack(_ id: StackID, logger: Logger) async throws -> Stack {
        try await translatingErrors(logger) {
            try await visibleStack(id)
        }
    }

    /// - Throws: ``StackError``: `stack_not_found` unless callers see the stack now; `kubernetes_unavailable` until the cluster is known.
    func visibleStack(_ id: StackID) async throws -> Stack {
        guard let record = try await store.record(id), record.isVisible(at: now()) else { throw StackError.notFound(id) }
        guard cluster.isSynced else { throw StackError.notSynced }
        let stack = view(of: record)
        guard stack.status != .nodeDeleted else { throw StackError.notFound(id) }
        return stack
    }

    /// Returns every stack, oldest first.
    package func stacks(logger: Logger) async throws -> [Stack] {
        try await translatingErrors(logger) { try views(of: try await store.records().records) }
    }

    /// Returns every stack of a user, oldest first.
    package func stacks(ofUser userID: Int64, logger: Logger) async throws -> [Stack] {
        try await translatingErrors(logger) { try views(of: try await store.records(ofUser: userID).records) }
    }

    /// Returns the sums over all stacks. A stack in deletion counts until it is gone, since it still holds its ports and resources; a failed
    /// create is one of the stacks while it is shown, and holds nothing.
    package func stats(logger: Logger) async throws -> StackStats {
        try await translatingErrors(logger) {
            let records = try await store.records().records
            guard cluster.isSynced else { throw StackError.notSynced }
            var stats = StackStats()
            let now = now()
            for record in records {
                stats.usedNodePorts += record.nodePorts.count
                stats.reserved += record.requested
                guard record.isVisible(at: now) else { continue }
                stats.totalStacks += 1
                if status(of: record, at: now).isActive { stats.activeStacks += 1 }
                if record.state != .failed, let node = record.nodeID { stats.nodeDistribution[node, default: 0] += 1 }
            }
            return stats
        }
    }

    /// Returns the stack as lists show it; nil if they do not.
    func shownStack(_ id: StackID) async throws -> Stack? {
        guard let record = try await store.record(id), record.isVisible(at: now()) else { return nil }
        guard cluster.isSynced else { throw StackError.notSynced }
        return view(of: record)
    }

    /// Returns every stack, oldest first, and the ids of the unreadable records.
    func shownStacks() async throws -> (stacks: [Stack], unreadable: Set<StackID>) {
        let read = try await store.records()
        return (try views(of: read.records), Set(read.unreadable.compactMap(\.id)))
    }

    private func views(of records: [StackRecord]) throws -> [Stack] {
        guard cluster.isSynced else { throw StackError.notSynced }
        let now = now()
        return records.filter { $0.isVisible(at: now) }.map { view(of: $0, at: now) }
    }

    /// Returns what callers see as the status, without the rest of the stack: counting thousands needs no more.
    func status(of record: StackRecord, at now: Date) -> StackStatus {
        observed(record, cluster.pod(of: record.id), record.nodeID.flatMap { cluster.node(named: $0) }, now).status
    }

    private func observed(_ record: StackRecord, _ pod: PodObservation?, _ node: NodeObservation?, _ now: Date) -> ObservedStatus {
        ObservedStatus(
            record: record,
            pod: pod,
            hasPodGone: pod == nil && cluster.hasPodGone(of: record.id),
            node: node,
            now: now,
            startGrace: settings.startGrace.timeInterval
        )
    }

    /// - Parameter time: the time at which lists look at all stacks; nil for now.
    func view(of record: StackRecord, at time: Date? = nil) -> Stack {
        let node = record.nodeID.flatMap { cluster.node(named: $0) }
        let pod = cluster.pod(of: record.id)
        let observed = observed(record, pod, node, time ?? now())
        return Stack(
            record: record,
            status: observed.status,
            reason: observed.reason,
            message: observed.message,
            nodePublicIP: node?.externalIP(of: cluster.serviceFamily(of: record.id)),
            isReady: observed.status == .running && pod?.isReady == true && pod?.isTerminating == false
        )
    }
}

extension StackRecord {
    /// Whether callers see the stack.
    func isVisible(at now: Date) -> Bool { state != .deleting && expiresAt > now }
}

/// The response to `GET /stats`.
package struct StackStats: Sendable, Equatable {
    package var totalStacks = 0
    package var activeStacks = 0
    /// The number of stacks by node name.
    package var nodeDistribution: [String: Int] = [:]
    package var usedNodePorts = 0
    package var reserved = ResourceAmount.zero

    package init() {}
}
