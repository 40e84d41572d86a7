/// Runs `body` with a time limit.
/// - Parameter sleep: waits; tests inject their clock.
/// - Throws: ``KubernetesError`` `timedOut` after the limit; `body` was cancelled and has ended then.
func withTimeout<Result: Sendable>(
    _ timeout: Duration,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await sleep(timeout)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else {
            throw KubernetesError(.timedOut, "no complete answer within \(timeout.formatted)")
        }
        return result
    }
}

extension Duration {
    /// The duration in seconds, such as `30.0 s`.
    var formatted: String { "\((self / .milliseconds(100)).rounded() / 10) s" }
}
