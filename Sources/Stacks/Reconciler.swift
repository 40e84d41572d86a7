import FoundationEssentials
package import Logging
import Synchronization

/// Makes records and cluster agree, whatever broke in between: level-triggered, so that a pass needs no memory of earlier ones.
package final class Reconciler: Sendable {
    let service: StackService
    let logger: Logger
    private let triggers: ReconcileTriggers
    let instant: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void
    private let parallelism: Int
    let isLeading: @Sendable () -> Bool
    let reservations = ReservationAges()
    private let failures = Mutex<[StackID: Failure]>([:])

    private struct Failure {
        var count: Int
        var retryAt: ContinuousClock.Instant
    }

    /// - Parameters:
    ///   - parallelism: stacks repaired at once.
    ///   - isLeading: whether this process may repair at this instant; asked before each write.
    ///   - instant: the clock that nobody sets, by which pauses and the age of reservations are measured.
    ///   - sleep: waits by the same clock.
    package init(
        service: StackService,
        triggers: ReconcileTriggers,
        parallelism: Int = 16,
        isLeading: @escaping @Sendable () -> Bool = { true },
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger
    ) {
        self.service = service
        self.triggers = triggers
        self.parallelism = parallelism
        self.isLeading = isLeading
        self.instant = instant
        self.sleep = sleep
        self.logger = logger
    }

    /// Reconciles until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    self.triggers.requestFullPass()
                    // A cancelled sleep ends the loop at its condition.
                    do { try await self.sleep(self.service.settings.reconcileInterval) } catch {}
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    await self.work()
                    await self.triggers.wait { try await self.sleep(self.timeToNearestExpiry) }
                }
            }
        }
    }

    private func work() async {
        let work = triggers.takePending()
        if work.isFullPass {
            await pass()
        } else {
            await repair(work.stacks)
        }
        guard let nearest = triggers.nearestExpiry, nearest <= service.now() else { return }
        do {
            await repair(try await service.store.records(expiredBy: service.now()).map(\.id))
            // What could not be removed now is expired still; it is looked at again after a pause.
            let next = try await service.store.nextExpiry()
            triggers.setNearestExpiry(next.map { max($0, service.now().addingTimeInterval(1)) })
        } catch {
            // The next pass reads the expiries again.
            triggers.setNearestExpiry(nil)
            logger.error("expired stacks could not be read", metadata: ["error": "\(error)"])
        }
    }

    private var timeToNearestExpiry: Duration {
        guard let nearest = triggers.nearestExpiry else { return .seconds(3600) }
        return .milliseconds(max(0, Int64((nearest.timeIntervalSince(service.now()) * 1000).rounded(.up))))
    }

    /// Compares all records with all objects and repairs what differs. Costs one read of the store and no call to the API server
    /// but those for what must change.
    @discardableResult
    package func pass() async -> PassSummary {
        let started = ContinuousClock.now
        var summary = PassSummary()
        guard service.cluster.isSynced else {
            logger.notice("pass skipped: the state of the cluster has not been read yet")
            return summary
        }
        do {
            // Objects first: each of these had its record before it was created, so one without a record now is an orphan.
            let objects = service.cluster.ownedObjects()
            let records = try await service.store.records()
            summary.records = records.count
            let orphans = objects.subtracting(records.map(\.id))
            reservations.keep(records)
            let suspects = records.filter { !service.locks.isHeld($0.id) && needed(for: $0) != nil }.map(\.id)
            triggers.setNearestExpiry(records.lazy.filter { $0.state == .active }.map(\.expiresAt).min())
            await repair(suspects + orphans, summary: &summary)
            forgetFailures(except: Set(suspects + orphans))
        } catch {
            summary.failures += 1
            logger.error("pass failed: the records could not be read", metadata: ["error": "\(error)"])
        }
        summary.duration = ContinuousClock.now - started
        logger.log(level: summary.isQuiet ? .debug : .info, "pass", metadata: summary.metadata)
        return summary
    }

    private func repair(_ ids: some Sequence<StackID>) async {
        var summary = PassSummary()
        await repair(Array(ids), summary: &summary)
    }

    private func repair(_ ids: [StackID], summary: inout PassSummary) async {
        let now = instant()
        let due = failures.withLock { failures in ids.filter { failures[$0].map { $0.retryAt <= now } ?? true } }
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

    /// Repairs one stack; its failure is its own, and delays only its own next attempt.
    private func attempt(_ id: StackID) async -> Outcome {
        do {
            let outcome = try await repair(id)
            failures.withLock { $0[id] = nil }
            return outcome
        } catch is CancellationError {
            return .nothingToDo
        } catch {
            let now = instant()
            let count = failures.withLock { failures in
                let count = (failures[id]?.count ?? 0) + 1
                failures[id] = Failure(count: count, retryAt: now + .seconds(1 << min(count - 1, 4)))
                return count
            }
            logger.warning("repair failed", metadata: ["stack_id": "\(id)", "attempt": "\(count)", "error": "\(error)"])
            return .failed
        }
    }

    private func forgetFailures(except ids: Set<StackID>) {
        failures.withLock { failures in failures = failures.filter { ids.contains($0.key) } }
    }
}
