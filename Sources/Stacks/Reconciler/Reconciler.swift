import FoundationEssentials
package import Logging
import Synchronization

/// Reconciles records and cluster. Level-triggered: a pass needs no memory of earlier ones.
package final class Reconciler: Sendable {
    let service: StackService
    let logger: Logger
    package let reconcileQueue: ReconcileQueue
    let instant: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void
    private let parallelism: Int
    let isLeading: @Sendable () -> Bool
    let ownsNamespace: @Sendable () async throws -> Bool
    let reservations = ReservationAges()
    let deadNodes = DeadNodes()
    let passOutcomes = PassOutcomes()
    let lastPass = Mutex<ContinuousClock.Instant?>(nil)
    /// The reasons of removals that wait for a Pod to end, for the log.
    let causes = Mutex<[StackID: Repair]>([:])
    private let lastCounts = Mutex<StackCounts?>(nil)
    /// True if the last pass could read every id in the store. If not, objects without a record may still have one.
    let knowsAllIDs = Atomic(false)

    private static let attemptTimeout: Duration = .seconds(60)
    /// The time after which a stack that cannot be worked on now is looked at again.
    private static let retryDelay: Duration = .seconds(1)

    /// - Parameters:
    ///   - parallelism: stacks repaired at once.
    ///   - isLeading: whether this process may repair at this instant; asked before each write.
    ///   - ownsNamespace: asks the API server whether the namespace is this store's at this instant: before objects without a record
    ///     are removed, which may be another store's since a moment ago.
    ///   - instant: the clock that nobody sets, by which pauses and the age of reservations are measured.
    ///   - sleep: waits by the same clock.
    package init(
        service: StackService,
        reconcileQueue: ReconcileQueue,
        parallelism: Int = 16,
        isLeading: @escaping @Sendable () -> Bool = { true },
        ownsNamespace: @escaping @Sendable () async throws -> Bool = { true },
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger
    ) {
        self.service = service
        self.reconcileQueue = reconcileQueue
        self.parallelism = parallelism
        self.isLeading = isLeading
        self.ownsNamespace = ownsNamespace
        self.instant = instant
        self.sleep = sleep
        self.logger = logger
    }

    /// Reconciles until the task is cancelled.
    package func run() async {
        reconcileQueue.open()
        defer { reconcileQueue.close() }
        // Health counts from here, so that a long first pass does not fail it.
        lastPass.withLock { $0 = instant() }
        // Another replica knows the stacks from then on.
        defer { counts = nil }
        deadNodes.reset()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.runPasses() }
            group.addTask { await self.work() }
        }
    }

    /// The time between the starts of two passes.
    package var interval: Duration { service.settings.reconcileInterval }

    /// The time since the end of the last pass that read the records, or since the start of this reconciler; nil before.
    package var timeSinceLastPass: Duration? {
        lastPass.withLock { last in last.map { max(.zero, instant() - $0) } }
    }

    /// The stacks as the last pass found them; nil on a replica that does not reconcile.
    package internal(set) var counts: StackCounts? {
        get { lastCounts.withLock { $0 } }
        set { lastCounts.withLock { $0 = newValue } }
    }

    /// The time for which the stack in deletion has been waiting that was marked first; 0 if there is none, nil as ``counts``.
    package var longestDeletion: Duration? {
        counts.map { counts in .seconds(counts.oldestMark.map { max(0, service.now().timeIntervalSince($0)) } ?? 0) }
    }

    /// Runs a pass every ``interval`` and at each request.
    private func runPasses() async {
        while !Task.isCancelled {
            let next = instant() + interval
            reconcileQueue.passRequested.clear()
            await endPass(beginPass())
            let pause = max(.zero, next - instant())
            await reconcileQueue.passRequested.wait { try await self.sleep(pause) }
        }
    }

    /// Works on the stacks of the queue as they become due, several at once.
    package func work() async {
        await withTaskGroup(of: Void.self) { group in
            var workers = 0
            while !Task.isCancelled {
                guard let id = reconcileQueue.next() else {
                    await reconcileQueue.waitUntilDue(sleep)
                    continue
                }
                if workers == parallelism { await group.next() } else { workers += 1 }
                group.addTask { await self.process(id) }
            }
        }
    }

    enum Outcome: Equatable {
        /// The stack was removed.
        case repaired(Repair)
        /// The removal waits for the Pod to end. The watch or the next pass adds the stack again.
        case pending
        /// An active stack, to be looked at again when it expires.
        case healthy(until: Date)
        /// Nothing to do, or nothing that may be done.
        case nothingToDo
        /// Neither record nor objects exist.
        case gone
        /// A request works on the stack, the cluster has not been read yet, or this process does not lead at this instant.
        case deferred
        case failed
    }

    /// Works on one stack and returns it to the queue.
    private func process(_ id: StackID) async {
        let outcome = await RequestTrace.$current.withValue(service.origins.trace(of: id)) { await attempt(id) }
        switch outcome {
        case .repaired, .gone:
            reconcileQueue.forget(id)
            service.origins.forget(id)
        case .pending, .nothingToDo:
            reconcileQueue.done(id)
        case .healthy(let expiry):
            reconcileQueue.done(id)
            reconcileQueue.add([(id, expiry)])
        case .deferred:
            reconcileQueue.done(id)
            reconcileQueue.add(id, after: Self.retryDelay)
        case .failed:
            break
        }
        switch outcome {
        case .repaired(let cause): StackMetrics.removed(because: cause)
        case .failed: StackMetrics.repairFailed()
        default: break
        }
        passOutcomes.report(id, outcome)
    }

    /// Looks at one stack. A failure delays only the next attempt on the same stack.
    private func attempt(_ id: StackID) async -> Outcome {
        do {
            guard let outcome = try await within(Self.attemptTimeout, { try await self.reconcile(id) }) else {
                throw ClusterError(.unavailable, "the repair did not end within \(Self.attemptTimeout.components.seconds) s")
            }
            return outcome
        } catch is CancellationError {
            return .deferred
        } catch {
            let count = reconcileQueue.failed(id)
            logger.warning("repair failed", metadata: ["stack_id": "\(id)", "attempt": "\(count)", "error": "\(error)"])
            return .failed
        }
    }
}
