package import FoundationEssentials
import Synchronization

/// What wakes the reconciler: the period, the nearest expiry, and what the watches report. Any number of reports before it comes
/// round are one.
package final class ReconcileTriggers: Sendable {
    /// What to look at.
    struct Work: Equatable {
        var stacks: Set<StackID> = []
        /// Compare all records with all objects.
        var isFullPass = false
    }

    private struct State {
        var pending = Work()
        var nearestExpiry: Date?
        var isSignalled = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Something about the objects of one stack has changed for the worse.
    package func stackChanged(_ id: StackID) {
        state.withLock { _ = $0.pending.stacks.insert(id) }
        signal()
    }

    /// Something has changed that concerns many stacks: a node left, a watch listed anew.
    package func requestFullPass() {
        state.withLock { $0.pending.isFullPass = true }
        signal()
    }

    /// A stack has come to be that expires then.
    package func expiryAdded(_ date: Date) {
        let isNearer = state.withLock { state in
            if let nearest = state.nearestExpiry, nearest <= date { return false }
            state.nearestExpiry = date
            return true
        }
        if isNearer { signal() }
    }

    func setNearestExpiry(_ date: Date?) {
        state.withLock { $0.nearestExpiry = date }
    }

    var nearestExpiry: Date? { state.withLock { $0.nearestExpiry } }

    /// What has been asked for since the last call.
    func takePending() -> Work {
        state.withLock { state in
            defer { state.pending = Work() }
            return state.pending
        }
    }

    /// Returns at the next report, when `sleep` returns, or when the task is cancelled. One caller at a time.
    func wait(orUntil sleep: @escaping @Sendable () async throws -> Void) async {
        await withTaskGroup { group in
            group.addTask { await self.waitForSignal() }
            group.addTask {
                // A cancelled sleep ends the wait as a finished one does; the caller looks why.
                do { try await sleep() } catch {}
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForSignal() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard !state.isSignalled, !Task.isCancelled else {
                        state.isSignalled = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            takeWaiter()?.resume()
        }
    }

    private func signal() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.isSignalled = true }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    private func takeWaiter() -> CheckedContinuation<Void, Never>? {
        state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
    }
}
