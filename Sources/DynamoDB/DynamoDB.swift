public import Logging

/// A client of one DynamoDB endpoint. Every operation throws ``DynamoDBError``, or `CancellationError` if its task was cancelled.
///
/// Names and shapes are Soto's, so that either client can replace the other. Retries follow the standard retry mode of the AWS SDKs. After
/// a lost response the effect of a write is unknown: a write that must not take effect twice needs a condition or a transaction, which
/// carries a `ClientRequestToken`.
/// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
public final class DynamoDB: Sendable {
    let client: ServiceClient

    /// Creates a client.
    /// - Parameters:
    ///   - headers: returns headers to add to a request without signing them, such as those of a trace; called for each attempt in the task
    ///     of the caller.
    ///   - logger: logs retries and failed renewals of credentials.
    public convenience init(
        configuration: Configuration,
        headers: @escaping @Sendable () -> [(name: String, value: String)] = { [] },
        logger: Logger
    ) {
        self.init(client: ServiceClient(configuration: configuration, headers: headers, logger: logger))
    }

    init(client: ServiceClient) {
        self.client = client
    }

    /// Closes the connections. Call this once, after the last operation and before the client is released.
    public func shutdown() async throws {
        try await client.shutdown()
    }
}
