import FoundationEssentials
package import Logging

/// The result of `DELETE /stacks/{stack_id}`.
package enum DeleteOutcome: Sendable, Equatable {
    /// Pod and Service are gone, and the port is free.
    case gone
    /// The stack is marked as being deleted, and no read shows it. The removal goes on by itself.
    case pending
}

extension StackService {
    /// Deletes a stack. Idempotent. The removal runs in a job of its own, and whatever the job cannot finish the reconciler does.
    ///
    /// The record is marked first, without waiting for anything; from then on no read returns the stack. Waiting for the Pod's end needs no
    /// slot, so a dead node does not block other deletes. Concurrent deletes of one stack are coalesced.
    /// - Parameter respondsAsync: true to return once the stack is marked; false to wait for its end, at most `STACK_DELETE_WAIT`.
    /// - Throws: ``StackError``: `stack_not_found`.
    package func delete(_ id: StackID, respondsAsync: Bool = false, logger: Logger) async throws -> DeleteOutcome {
        try await translatingErrors(logger) {
            let end = ContinuousClock.now + (respondsAsync ? .zero : settings.deleteWait)
            let progress = try startDeletion(of: id, logger)
            var steps = progress.makeAsyncIterator()
            guard let first = try await steps.next() else { throw CancellationError() }
            guard first == .pending else { return .gone }
            let rest = end - .now
            guard rest > .zero else { return .pending }
            return try await within(rest) {
                for try await step in progress where step == .gone { return .gone }
                try Task.checkCancellation()
                return .pending
            } ?? .pending
        }
    }

    /// Marks every stack of an owner as being deleted; the removals go on by themselves. Safe to repeat.
    /// - Returns: the number of stacks that were not marked before.
    package func deleteAll(of owner: OwnerFilter, logger: Logger) async throws -> Int {
        try await translatingErrors(logger) {
            try mayDelete()
            let marked = try await deletes.perform(for: .bulkDelete) {
                try await self.effect(.beginDelete) {
                    try await self.store.beginDelete(of: owner, inNamespace: self.settings.namespace, at: self.timestamp)
                }
            }
            logger.info("stacks marked as being deleted", metadata: ["count": "\(marked.count)"])
            for id in marked {
                origins.remember(id)
                onMarked(id)
            }
            return marked.count
        }
    }

    private typealias Progress = AsyncThrowingStream<DeleteOutcome, any Error>

    /// Starts the job that deletes a stack.
    /// - Returns: `pending` once the stack is marked, then `gone` unless its objects outlast the job.
    private func startDeletion(of id: StackID, _ logger: Logger) throws -> Progress {
        let (progress, report) = Progress.makeStream()
        do {
            try mayDelete()
            try deletes.start(for: .stack(id)) {
                do {
                    let outcome = try await self.deleteNow(id, report, logger)
                    StackMetrics.ended(.delete, code: outcome == .gone ? StackMetrics.Code.ok : StackMetrics.Code.pending)
                    report.finish()
                } catch {
                    StackMetrics.ended(.delete, code: StackError.Code(of: error).rawValue)
                    report.finish(throwing: error)
                }
            }
        } catch {
            StackMetrics.ended(.delete, code: StackError.Code(of: error).rawValue)
            throw error
        }
        return progress
    }

    private func deleteNow(_ id: StackID, _ report: Progress.Continuation, _ logger: Logger) async throws -> DeleteOutcome {
        let accepted = ContinuousClock.now
        var logger = logger
        logger[metadataKey: "stack_id"] = "\(id)"
        let marked = try await StackMetrics.time(.mark) {
            try await effect(.beginDelete) { try await store.beginDelete(id, at: timestamp) }
        }
        guard let record = marked else { throw StackError.notFound(id) }
        try requireServed(record)
        origins.remember(id)
        if record.state == .failed {
            // It holds nothing that would have to go first.
            try await forget(record)
            report.yield(.gone)
            return .gone
        }
        report.yield(.pending)
        let queued = ContinuousClock.now
        do {
            try await deletions.perform(id) { [logger] in
                try await locks.withLock(id) { try await removeMarked(id, queuedSince: queued, logger) }
            }
        } catch is DeletionPending {
            logger.notice("the stack is not gone yet; the reconciler goes on")
            return .pending
        }
        origins.forget(id)
        StackMetrics.succeeded(.delete, since: accepted)
        report.yield(.gone)
        return .gone
    }

    private struct DeletionPending: Error {}

    /// - Throws: ``DeletionPending`` if Pod or Service still exist after the timeout.
    private func removeMarked(_ id: StackID, queuedSince queued: ContinuousClock.Instant, _ logger: Logger) async throws {
        // A create that this process has just undone, or an earlier delete, has removed the record meanwhile.
        guard let record = try await store.record(id) else { return }
        try await deletes.slots.withSlot(for: record.claimant) {
            StackMetrics.took(StackMetrics.DeletePhase.queue, since: queued)
            try await StackMetrics.time(.request) { try await deleteObjects(of: id) }
        }
        let timeout = max(settings.deletionTimeout, settings.deleteWait)
        let isGone = try await StackMetrics.time(.wait) { try await cluster.waitUntilGone(id, within: timeout) }
        guard isGone else { throw DeletionPending() }
        try await StackMetrics.time(.remove) { try await forget(record) }
        logger.info("stack deleted", metadata: record.metadata)
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
        origins.forget(record.id)
        // The watch may never have seen the Pod.
        readyTimes.isGone(record.id)
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
