package import FoundationEssentials
import Synchronization

/// The reconciler's work: the queue of stacks, and the request for a pass over all of them.
///
/// Closed except during ``Reconciler/run()``. A closed queue drops what is added, so it stays empty on a replica that does not lead; the
/// first pass of a term finds everything anew.
package final class ReconcileQueue: Sendable {
    private struct State {
        var stacks = WorkQueue()
        var isOpen = false
    }

    private let state = Mutex(State())
    private let stackDue = Signal()
    let passRequested = Signal()
    private let now: @Sendable () -> Date
    private let instant: @Sendable () -> ContinuousClock.Instant

    /// The maximum distance of a timed entry. Passes add the expiries again before.
    private static let horizon: TimeInterval = 7 * 86_400

    /// - Parameters:
    ///   - now: the wall clock, for expiries.
    ///   - instant: the monotonic clock, for everything else.
    package init(
        now: @escaping @Sendable () -> Date = { Date() },
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.now = now
        self.instant = instant
    }

    /// Enqueues a stack after a watch event on its objects.
    package func stackChanged(_ id: StackID) { add(id) }

    /// Enqueues a stack for the time of its expiry.
    package func expiryAdded(_ id: StackID, _ expiresAt: Date) { add([(id, expiresAt)]) }

    /// Requests a pass over all stacks, for a change that concerns many: a node left, a watch listed again.
    package func requestFullPass() { passRequested.set() }

    package func open() { state.withLock { $0.isOpen = true } }

    func close() { state.withLock { $0 = State() } }

    var isEmpty: Bool { state.withLock { $0.stacks.isEmpty } }

    /// - Returns: false if the stack is in backoff or the queue is closed.
    @discardableResult
    func add(_ id: StackID, priority: WorkQueue.Priority = .normal) -> Bool {
        update { $0.add(id, priority: priority, now: instant()) } ?? false
    }

    func add(_ expiries: [(id: StackID, date: Date)]) {
        // Rounded up, so that the stack has expired by then.
        let (now, instant) = (now(), instant())
        update { stacks in
            for expiry in expiries {
                let seconds = min(max(0, expiry.date.timeIntervalSince(now)), Self.horizon)
                stacks.add(expiry.id, at: instant + .milliseconds(Int64((seconds * 1000).rounded(.up))))
            }
        }
    }

    func add(_ id: StackID, after delay: Duration) { update { $0.add(id, at: instant() + delay) } }

    func next() -> StackID? { state.withLock { $0.stacks.next(now: instant()) } }

    func done(_ id: StackID) { update { $0.done(id) } }

    func failed(_ id: StackID) -> Int { update { $0.failed(id, now: instant()) } ?? 0 }

    func forget(_ id: StackID) { update { $0.forget(id) } }

    func keepBackoffs(of ids: Set<StackID>) { update { $0.keepBackoffs(of: ids) } }

    /// Waits until a stack is due, as far as is known at the beginning of the wait, or until an earlier one is added.
    func waitUntilDue(_ sleep: @escaping @Sendable (Duration) async throws -> Void) async {
        switch state.withLock({ $0.stacks.due }) {
        case .now: return
        case .never: await stackDue.wait()
        case .at(let time):
            await stackDue.wait { try await sleep(max(.zero, time - self.instant())) }
        }
    }

    private func update<Result: Sendable>(_ change: (inout WorkQueue) -> Result) -> Result? {
        let (result, isSooner) = state.withLock { state -> (Result?, Bool) in
            guard state.isOpen else { return (nil, false) }
            let before = state.stacks.due
            let result = change(&state.stacks)
            return (result, state.stacks.due < before)
        }
        if isSooner { stackDue.set() }
        return result
    }
}
