package import Logging

extension StackService {
    /// Deletes a stack and returns once Pod and Service are gone. Idempotent.
    ///
    /// The record is marked first, without waiting for a slot; from then on no read returns the stack. Waiting for the Pod's end needs no
    /// slot either, so a dead node does not block other deletes. Concurrent deletes of one stack are coalesced.
    /// - Throws: ``StackError``: `stack_not_found`; `deletion_pending` if the cluster takes longer, and then the reconciler continues.
    package func delete(_ id: StackID, logger: Logger) async throws {
        try await translatingErrors(logger) {
            try mayDelete()
            try await deletes.perform(for: .stack(id)) {
                try await self.deletions.perform(id) {
                    try await self.locks.withLock(id) { try await self.deleteNow(id, logger) }
                }
            }
        }
    }

    private func deleteNow(_ id: StackID, _ logger: Logger) async throws {
        var logger = logger
        logger[metadataKey: "stack_id"] = "\(id)"
        let marked = try await effect(.beginDelete) { try await store.beginDelete(id, at: timestamp) }
        guard let record = marked else { throw StackError.notFound(id) }
        try requireServed(record)
        try await deletes.slots.withSlot(for: record.claimant) { try await deleteObjects(of: id) }
        guard try await cluster.waitUntilGone(id, within: settings.deletionTimeout) else { throw deletionPending(record) }
        try await forget(record)
        logger.info("stack deleted", metadata: record.metadata)
    }

    private func deletionPending(_ record: StackRecord) -> StackError {
        var message = "stack \(record.id) is being deleted, but its Pod or Service still exists; the deletion goes on by itself"
        if let name = cluster.pod(of: record.id)?.nodeName, cluster.node(named: name)?.isUnreachable == true {
            message += "; node \(name) has stopped reporting (kubectl delete node \(name) ends the wait)"
        }
        return StackError(.deletionPending, message, retryAfterSeconds: 10)
    }

    /// Deletes Service and Pod, waits until both are gone, then removes the record. Every step is idempotent.
    /// - Returns: false if the objects still exist after the timeout; the record stays then.
    func tearDown(_ record: StackRecord) async throws -> Bool {
        try requireServed(record)
        try await deleteObjects(of: record.id)
        guard try await cluster.waitUntilGone(record.id, within: settings.deletionTimeout) else { return false }
        try await forget(record)
        return true
    }

    /// Removes the record of a stack whose objects are gone, which frees its ports and resources.
    func forget(_ record: StackRecord) async throws {
        try await effect(.remove) { try await store.remove(record.id) }
        ports.startShortCooldown(record.nodePorts)
    }

    private func requireServed(_ record: StackRecord) throws {
        guard record.namespace == settings.namespace else { throw StackError.foreignNamespace(record) }
    }

    /// Requests deletion of Service and Pod. A failure for the Service does not prevent the deletion of the Pod.
    /// - Parameters:
    ///   - isNodeGivenUp: true if no kubelet will confirm the Pod's end.
    ///   - mayWrite: called before each write; throws if the right to write is lost.
    func deleteObjects(of id: StackID, isNodeGivenUp: Bool = false, mayWrite: () throws -> Void = {}) async throws {
        try mayWrite()
        var failure: (any Error)?
        do { try await effect(.deleteService) { try await cluster.deleteService(of: id) } } catch { failure = error }
        try mayWrite()
        try await effect(.deletePod) { try await cluster.deletePod(of: id, isNodeGivenUp: isNodeGivenUp) }
        if let failure { throw failure }
    }
}
