import Synchronization

/// A value behind a lock whose changes can be awaited, so that no test needs to sleep.
package final class Observed<Value: Sendable>: Sendable {
    private struct State {
        var value: Value
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
    }

    private let state: Mutex<State>

    /// Holds `value` at first.
    package init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    /// The value at this moment.
    package var value: Value { state.withLock { $0.value } }

    /// Changes the value and lets everyone who waits look at it again.
    @discardableResult
    package func update<Result: Sendable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        let (result, waiters) = try state.withLock { state in
            let result = try body(&state.value)
            defer { state.waiters = [:] }
            return (result, state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
        return result
    }

    /// Returns what `condition` makes of the value, as soon as that is not nil.
    /// - Throws: `CancellationError` when the task is cancelled first; what `condition` throws.
    package func waitForValue<Result: Sendable>(_ condition: (Value) throws -> Result?) async throws -> Result {
        let ticket = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        while true {
            try Task.checkCancellation()
            var found: Swift.Result<Result, any Error>?
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isDue = state.withLock { state in
                        do { found = try condition(state.value).map { .success($0) } } catch { found = .failure(error) }
                        guard found == nil, !Task.isCancelled else { return true }
                        state.waiters[ticket] = continuation
                        return false
                    }
                    if isDue { continuation.resume() }
                }
            } onCancel: {
                state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
            }
            if let found { return try found.get() }
        }
    }

    /// Returns as soon as the value is so.
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func wait(until condition: (Value) -> Bool) async throws {
        let _: Bool = try await waitForValue { condition($0) ? true : nil }
    }
}
