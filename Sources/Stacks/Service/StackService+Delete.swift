package import Logging

extension StackService {
    /// Removes a stack and returns once Pod and Service are seen gone. Repeats safely.
    /// - Throws: ``StackError``: `stack_not_found`; `deletion_pending` when the cluster takes longer, and then the reconciler goes on.
    package func delete(_ id: StackID, logger: Logger) async throws {
        try await translatingErrors(logger) {
            try mayDelete()
            try await deletes.perform(forUser: 0) {
                var logger = logger
                logger[metadataKey: "stack_id"] = "\(id)"
                try await self.locks.withLock(id) {
                    let marked = try await self.effect(.beginDelete) { try await self.store.beginDelete(id, at: self.timestamp) }
                    guard let record = marked else { throw StackError.notFound(id) }
                    guard try await self.tearDown(record) else {
                        throw StackError(
                            .deletionPending,
                            "stack \(id) is being deleted, but its Pod or Service still exists; the deletion goes on by itself",
                            retryAfterSeconds: 10
                        )
                    }
                    logger.info("stack deleted", metadata: ["user_id": "\(record.userID)", "node_port": "\(record.nodePort)"])
                }
            }
        }
    }

    /// Deletes Service and Pod, sees both gone, then frees what the record holds. Every step repeats safely.
    /// - Parameter mayWrite: throws when whoever asks for this has lost the right to; asked before each write.
    /// - Returns: false when the objects are still there after the time-out; the record stays then.
    func tearDown(_ record: StackRecord, timeout: Duration? = nil, mayWrite: () throws -> Void = {}) async throws -> Bool {
        guard record.namespace == settings.namespace else { throw StackError.foreignNamespace(record) }
        try await deleteObjects(of: record.id, mayWrite: mayWrite)
        guard try await cluster.waitUntilGone(record.id, timeout: timeout ?? settings.deletionTimeout) else { return false }
        try mayWrite()
        try await effect(.remove) { try await store.remove(record.id) }
        ports.release(record.nodePort)
        return true
    }

    /// Asks for the deletion of Service and Pod; what keeps the Service does not keep the Pod alive.
    /// - Parameter mayWrite: throws when whoever asks for this has lost the right to; asked before each write.
    func deleteObjects(of id: StackID, mayWrite: () throws -> Void) async throws {
        try mayWrite()
        var failure: (any Error)?
        do { try await effect(.deleteService) { try await cluster.deleteService(of: id) } } catch { failure = error }
        try mayWrite()
        try await effect(.deletePod) { try await cluster.deletePod(of: id) }
        if let failure { throw failure }
    }
}
