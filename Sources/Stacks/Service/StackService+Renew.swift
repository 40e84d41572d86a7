import FoundationEssentials
package import Logging

extension StackService {
    /// Extends the life of a stack. Safe to repeat: the end of a stack never becomes earlier.
    /// - Parameter timeToLive: the requested life from now; nil for `STACK_TTL`.
    /// - Throws: ``StackError``: `stack_not_found` also for a stack that has expired; `renewal_too_early`; `lifetime_exhausted`.
    package func renew(_ id: StackID, timeToLive: Duration?, logger: Logger) async throws -> Stack {
        try await translatingErrors(logger) {
            // Each attempt that fails was overtaken by another write: the end of the create, a delete, another renewal.
            for _ in 0..<Self.renewalAttempts {
                let record = try await visibleStack(id).record
                guard let end = try newEnd(of: record, timeToLive ?? settings.timeToLive) else { return view(of: record) }
                // Whoever has seen the record before must notice the change, even if the clock stands still.
                let now = max(timestamp, Date(microseconds: record.updatedAt.microseconds + 1))
                let renewed = try await effect(.renew) { try await store.renew(id, to: end, ifUnchanged: record, at: now) }
                guard let renewed else { continue }
                onExpiry(id, renewed.expiresAt)
                logger.info("stack renewed", metadata: ["stack_id": "\(id)", "expires_at": "\(end)"])
                return view(of: renewed)
            }
            throw StackError(.storeUnavailable, "stack \(id) is being changed by other requests; try again", retryAfterSeconds: 1)
        }
    }

    private static let renewalAttempts = 10

    /// - Returns: nil if the stack already ends late enough.
    private func newEnd(of record: StackRecord, _ timeToLive: Duration) throws -> Date? {
        let deadline = cluster.pod(of: record.id)?.activeDeadlineSeconds
        let limits = Renewal.Limits(
            lifetime: settings.maxLifetime,
            window: settings.renewWindow,
            podLifetime: deadline.map { .seconds($0) - settings.podDeadlineSlack }
        )
        switch Renewal(of: record, for: timeToLive, at: now(), within: limits) {
        case .extended(let end):
            return end
        case .unchanged:
            return nil
        case .tooEarly(let opening):
            let wait = max(1, (opening.timeIntervalSince(now())).rounded(.up))
            throw StackError(
                .renewalTooEarly,
                "stack \(record.id) ends at \(record.expiresAt.rfc3339) and can be renewed from \(opening.rfc3339) on",
                retryAfterSeconds: Int(exactly: wait)
            )
        case .exhausted:
            throw StackError(
                .lifetimeExhausted,
                "stack \(record.id) ends at \(record.expiresAt.rfc3339), which is the longest life that it may have"
            )
        }
    }
}
