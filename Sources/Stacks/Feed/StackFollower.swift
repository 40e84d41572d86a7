import FoundationEssentials
package import Logging

/// Follows the stacks for those who listen: it reads what was published for the audience, once for all of it, and looks every
/// `STACK_SCHEDULER_INTERVAL` for what nobody published: another replica's write, or a status that changes with time. It rests while nobody
/// listens.
package final class StackFollower: Sendable {
    private let service: StackService
    private let changes: StackChanges
    private let instant: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// The number of stacks up to which each is read by itself; beyond it, one read of all records costs less.
    private static let maximumReads = 32
    /// The pause after a read that failed.
    private static let pause: Duration = .seconds(1)

    /// - Parameters:
    ///   - instant: a clock that nobody sets.
    ///   - sleep: waits by the same clock.
    package init(
        service: StackService,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger
    ) {
        self.service = service
        changes = service.changes
        self.instant = instant
        self.sleep = sleep
        self.logger = logger
    }

    private struct State {
        var known = KnownStacks()
        var audience: Int?
        var nextPass: ContinuousClock.Instant?
        var hasFailed = false
    }

    /// Follows until the task is cancelled.
    package func run() async {
        var state = State()
        while !Task.isCancelled {
            let work = changes.takeWork()
            if work.isIdle {
                state = State()
                await changes.work.wait()
            } else {
                let time = await round(work, &state)
                await changes.work.wait { try await self.sleep(time) }
            }
        }
    }

    /// Does the work that is due.
    /// - Returns: the time until there is work without a signal.
    private func round(_ work: StackChanges.Work, _ state: inout State) async -> Duration {
        let interval = service.settings.reconcileInterval
        if state.audience != work.audience?.id {
            state.known = KnownStacks()
            state.audience = work.audience?.id
        }
        let isDue = work.isAllChanged || state.nextPass.map { $0 <= instant() } ?? false
        do {
            if isDue {
                try await pass(work, &state.known)
                state.nextPass = instant() + interval
            } else {
                try await look(work, &state.known)
            }
            if state.hasFailed { logger.notice("the stacks can be read again") }
            state.hasFailed = false
        } catch {
            if !state.hasFailed { logger.warning("the stacks could not be read for those who wait", metadata: ["error": "\(error)"]) }
            state.hasFailed = true
            let failure = error as? StackError ?? StackError(.storeUnavailable, "the store cannot be reached", retryAfterSeconds: 5)
            work.audience?.receive(.failed(failure))
            changes.publishAll()
            do {
                try await sleep(Self.pause)
            } catch {
                // The loop condition handles a cancelled sleep.
            }
            return .zero
        }
        let nextPass = state.nextPass ?? instant() + interval
        state.nextPass = nextPass
        return max(.zero, min(nextPass - instant(), state.known.timeToExpiry(at: service.now())))
    }

    /// Reads everything in which somebody takes interest.
    private func pass(_ work: StackChanges.Work, _ known: inout KnownStacks) async throws {
        let hasAudience = work.audience != nil
        guard hasAudience || work.waited.count > Self.maximumReads else {
            for id in work.waited {
                do {
                    changes.offer(try await service.shownStack(id), of: id)
                } catch StoreError.unreadable {
                    // The wait goes on.
                }
            }
            return
        }
        let (stacks, unreadable) = try await service.shownStacks()
        if !work.waited.isEmpty {
            let views = Dictionary(stacks.map { ($0.record.id, $0) }) { $1 }
            for id in work.waited { changes.offer(views[id], of: id) }
        }
        guard let audience = work.audience else { return }
        for update in known.replaceAll(by: stacks, except: unreadable) { audience.receive(update) }
    }

    /// Reads what was published for the audience, and drops what has expired.
    private func look(_ work: StackChanges.Work, _ known: inout KnownStacks) async throws {
        guard let audience = work.audience else { return }
        for id in work.changed {
            do {
                if let update = known.set(id, to: try await service.shownStack(id)) { audience.receive(update) }
            } catch StoreError.unreadable {
                // It counts as unchanged.
            }
        }
        for update in known.removeExpired(at: service.now()) { audience.receive(update) }
    }
}

/// The stacks that the audience knows of. A value without I/O.
struct KnownStacks {
    /// Nil before the first read.
    private var stacks: [StackID: Stack]?
    /// The earliest end of a known stack, or earlier.
    private var nearestExpiry = Date.distantFuture

    /// Records the result of a read of all stacks.
    /// - Parameters:
    ///   - list: oldest first.
    ///   - unreadable: stacks whose records could not be read; they count as unchanged.
    /// - Returns: the differences; a snapshot the first time.
    mutating func replaceAll(by list: [Stack], except unreadable: Set<StackID>) -> [FeedUpdate] {
        let new = Dictionary(list.map { ($0.record.id, $0) }) { $1 }
        guard let old = stacks else {
            stacks = new
            settle()
            return [.snapshot(list)]
        }
        let kept = old.filter { new[$0.key] == nil && unreadable.contains($0.key) }
        stacks = new.merging(kept) { $1 }
        settle()
        let removed = old.keys.filter { new[$0] == nil && kept[$0] == nil }
        return removed.map { .removed($0) } + list.filter { old[$0.record.id] != $0 }.map { .stack($0) }
    }

    /// Records the result of a read of one stack.
    /// - Returns: the difference, if there is one.
    mutating func set(_ id: StackID, to stack: Stack?) -> FeedUpdate? {
        guard stacks != nil else { return nil }
        guard let stack else { return stacks?.removeValue(forKey: id) == nil ? nil : .removed(id) }
        nearestExpiry = min(nearestExpiry, stack.record.expiresAt)
        return stacks?.updateValue(stack, forKey: id) == stack ? nil : .stack(stack)
    }

    /// Removes the stacks whose life is over.
    mutating func removeExpired(at now: Date) -> [FeedUpdate] {
        guard nearestExpiry <= now, let expired = stacks?.filter({ $0.value.record.expiresAt <= now }).keys else { return [] }
        for id in expired { stacks?[id] = nil }
        settle()
        return expired.map { .removed($0) }
    }

    func timeToExpiry(at now: Date) -> Duration {
        let seconds = min(nearestExpiry.timeIntervalSince(now), 3600)
        return .milliseconds(max(0, Int64((seconds * 1000).rounded(.up))))
    }

    private mutating func settle() {
        nearestExpiry = stacks?.values.lazy.map(\.record.expiresAt).min() ?? .distantFuture
    }
}
