import Synchronization

/// Wakes one waiter. Signals coalesce: several before the next `wait()` wake it once, and none is lost.
package final class Signal: Sendable {
    private struct State {
        var isSet = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// True if a signal has come that no `wait()` has seen.
    var isSet: Bool { state.withLock { $0.isSet } }

    /// Drops a signal that has come.
    func clear() { state.withLock { $0.isSet = false } }

    package func set() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.isSet = true }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for the next signal or cancellation. Supports one waiter at a time.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard !state.isSet, !Task.isCancelled else {
                        state.isSet = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }

    /// Waits for the next signal, cancellation or the end of `sleep`.
    package func wait(orUntil sleep: @escaping @Sendable () async throws -> Void) async {
        await withTaskGroup { group in
            group.addTask { await self.wait() }
            group.addTask {
                // A cancelled sleep ends the wait like a finished one; the caller checks the reason.
                do { try await sleep() } catch {}
            }
            await group.next()
            group.cancelAll()
        }
    }
}
