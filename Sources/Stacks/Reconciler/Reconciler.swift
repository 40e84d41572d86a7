import FoundationEssentials
package import Logging
import Synchronization

/// Reconciles records and cluster. Level-triggered: a pass needs no memory of earlier ones.
package final class Reconciler: Sendable {
    let service: StackService
    let logger: Logger
    private let triggers: ReconcileTriggers
    let instant: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void
    private let parallelism: Int
    let isLeading: @Sendable () -> Bool
    let ownsNamespace: @Sendable () async throws -> Bool
    let reservations = ReservationAges()
    let deadNodes = DeadNodes()
    private let failures = RepairFailures()
    private let lastPass = Mutex<ContinuousClock.Instant?>(nil)
    /// The reasons of removals that wait for a Pod to end, for the log.
    let causes = Mutex<[StackID: Repair]>([:])
    /// True if the last pass could read every id in the store. If not, objects without a record may still have one.
    let knowsAllIDs = Atomic(false)

    private static let attemptTimeout: Duration = .seconds(60)

    /// - Parameters:
    ///   - parallelism: stacks repaired at once.
    ///   - isLeading: whether this process may repair at this instant; asked before each write.
    ///   - ownsNamespace: asks the API server whether the namespace is this store's at this instant: before objects without a record
    ///     are removed, which may be another store's since a moment ago.
    ///   - instant: the clock that nobody sets, by which pauses and the age of reservations are measured.
    ///   - sleep: waits by the same clock.
    package init(
        service: StackService,
        triggers: ReconcileTriggers,
        parallelism: Int = 16,
        isLeading: @escaping @Sendable () -> Bool = { true },
        ownsNamespace: @escaping @Sendable () async throws -> Bool = { true },
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger
    ) {
        self.service = service
        self.triggers = triggers
        self.parallelism = parallelism
        self.isLeading = isLeading
        self.ownsNamespace = ownsNamespace
        self.instant = instant
        self.sleep = sleep
        self.logger = logger
    }

    /// Reconciles until the task is cancelled. Passes, watch events and expiries run concurrently: neither a long pass nor a request
    /// without response delays an expiry.
    package func run() async {
        // No watch event is handled after this; the first pass of the next term covers them.
        defer { triggers.requestFullPass() }
        // Health counts from here, so that a long first pass does not fail it.
        lastPass.withLock { $0 = instant() }
        deadNodes.reset()
        await withDiscardingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    self.triggers.requestFullPass()
                    // The loop condition handles a cancelled sleep.
                    do { try await self.sleep(self.service.settings.reconcileInterval) } catch {}
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    if self.triggers.takePass() { await self.pass() }
                    await self.triggers.passRequested.wait()
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    await self.repair(self.triggers.takeStacks())
                    await self.triggers.stackReported.wait()
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    await self.removeExpired()
                    await self.triggers.expiryChanged.wait { try await self.sleep(self.timeToNearestExpiry) }
                }
            }
        }
    }

    /// The time between the starts of two passes.
    package var interval: Duration { service.settings.reconcileInterval }

    /// The time since the end of the last pass that read the records, or since the start of this reconciler; nil before.
    package var timeSinceLastPass: Duration? {
        lastPass.withLock { last in last.map { max(.zero, instant() - $0) } }
    }

    private func removeExpired() async {
        let now = service.now()
        guard let nearest = triggers.nearestExpiry, nearest <= now else { return }
        do {
            await repair(try await service.store.records(expiredBy: now).records.map(\.id))
            let read = triggers.beginExpiryRead()
            let next = try await service.store.nextExpiry()
            // A stack that could not be removed is still expired; it is checked again after a pause.
            triggers.endExpiryRead(read, nearest: next.map { $0 <= now ? now.addingTimeInterval(1) : $0 })
        } catch {
            // The next pass reads the expiries again.
            triggers.endExpiryRead(triggers.beginExpiryRead(), nearest: nil)
            logger.error("expired stacks could not be read", metadata: ["error": "\(error)"])
        }
    }

    private var timeToNearestExpiry: Duration {
        guard let nearest = triggers.nearestExpiry else { return .seconds(3600) }
        return .milliseconds(max(0, Int64((nearest.timeIntervalSince(service.now()) * 1000).rounded(.up))))
    }

    /// Compares all records with all objects and repairs the differences. Costs one read of the store; calls the API server only for
    /// changes.
    @discardableResult
    package func pass() async -> PassSummary {
        let started = ContinuousClock.now
        var summary = PassSummary()
        guard service.cluster.isSynced else {
            logger.notice("pass skipped: the state of the cluster has not been read yet")
            return summary
        }
        do {
            deadNodes.update(service.cluster.unreachableNodes(), at: instant(), longestGap: interval * 3 + .seconds(60))
            // The objects are read before the records. Each object had its record before it was created, so one without a record is an
            // orphan.
            let objects = service.cluster.ownedObjects()
            let expiryRead = triggers.beginExpiryRead()
            let read = try await service.store.records()
            let records = read.records
            summary.records = records.count
            summary.unreadable = read.unreadable.count
            report(read.unreadable)
            triggers.endExpiryRead(expiryRead, nearest: records.lazy.filter(\.expires).map(\.expiresAt).min())
            let known = read.ids
            knowsAllIDs.store(known != nil, ordering: .relaxed)
            let readable = Set(records.map(\.id))
            causes.withLock { causes in causes = causes.filter { readable.contains($0.key) } }
            let orphans = known.map(objects.subtracting) ?? []
            let own = records.filter(isServed)
            if own.count < records.count {
                summary.foreign = records.count - own.count
                logger.error("stacks of another namespace are in the store and are left alone", metadata: ["count": "\(summary.foreign)"])
            }
            reservations.keep(own)
            let suspects = own.filter { !service.locks.isHeld($0.id) && needed(for: $0) != nil }.map(\.id)
            await repair(suspects + orphans, summary: &summary)
            failures.keep(orphans.union(suspects))
            lastPass.withLock { $0 = instant() }
        } catch {
            summary.failures += 1
            logger.error("pass failed: the records could not be read", metadata: ["error": "\(error)"])
        }
        summary.duration = ContinuousClock.now - started
        logger.info("pass", metadata: summary.metadata)
        return summary
    }

    private func repair(_ ids: some Sequence<StackID>) async {
        var summary = PassSummary()
        await repair(Array(ids), summary: &summary)
    }

    private func repair(_ ids: [StackID], summary: inout PassSummary) async {
        let due = failures.due(ids, at: instant())
        summary.postponed += ids.count - due.count
        await withTaskGroup(of: Outcome.self) { group in
            var remaining = due.makeIterator()
            for _ in 0..<parallelism {
                guard let id = remaining.next() else { break }
                group.addTask { await self.attempt(id) }
            }
            for await outcome in group {
                summary.count(outcome)
                if !Task.isCancelled, let id = remaining.next() { group.addTask { await self.attempt(id) } }
            }
        }
    }

    enum Outcome: Equatable { case repaired(Repair), pending, nothingToDo, failed }

    /// Repairs one stack. A failure delays only the next attempt on the same stack.
    private func attempt(_ id: StackID) async -> Outcome {
        do {
            guard let outcome = try await within(Self.attemptTimeout, { try await self.repair(id) }) else {
                throw ClusterError(.unavailable, "the repair did not end within \(Self.attemptTimeout.components.seconds) s")
            }
            failures.ended(id)
            return outcome
        } catch is CancellationError {
            return .nothingToDo
        } catch {
            let count = failures.failed(id, at: instant())
            logger.warning("repair failed", metadata: ["stack_id": "\(id)", "attempt": "\(count)", "error": "\(error)"])
            return .failed
        }
    }
}
