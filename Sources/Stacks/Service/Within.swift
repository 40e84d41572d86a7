/// Runs `body` with a time limit. After the limit `body` is cancelled, and this returns once it has ended.
/// - Returns: nil if the time limit passed.
/// - Throws: the error of `body`; `CancellationError`.
package func within<Result: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
