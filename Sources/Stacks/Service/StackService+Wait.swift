import FoundationEssentials
package import Logging

extension StackService {
    /// Returns the stack once `wait` is over: its goal is reached, its time has passed, or ``StackWait/end()`` was called.
    ///
    /// The request begins to listen before it reads the stack, so no change goes unnoticed; each answer is read after the last change.
    /// - Throws: ``StackError``: `stack_not_found` also for a stack that is removed or expires meanwhile.
    package func stack(_ id: StackID, after wait: StackWait, logger: Logger) async throws -> Stack {
        let ticket = changes.begin(wait, for: id)
        defer { changes.end(ticket, of: id) }
        let first = try await stack(id, logger: logger)
        guard !(wait.goal == .ready && wait.isReached(from: first, to: first)) else { return first }
        wait.saw(first)
        let time = min(wait.time, timeToEnd(of: first))
        return try await translatingErrors(logger) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { [sleep] in
                    try await sleep(time)
                    wait.end()
                }
                var current = first
                while !wait.isOver {
                    await wait.woken()
                    try Task.checkCancellation()
                    current = try await stack(id, logger: logger)
                    if wait.isReached(from: first, to: current) { break }
                    wait.saw(current)
                }
                return current
            }
        }
    }

    /// Returns the time until the stack has expired for certain, so that a wait for it ends then.
    private func timeToEnd(of stack: Stack) -> Duration {
        .milliseconds(max(0, Int64((stack.record.expiresAt.timeIntervalSince(now()) * 1000).rounded(.up))) + 1)
    }
}
