public import Logging

/// Talks to one DynamoDB endpoint. Every operation throws ``DynamoDBError``, or `CancellationError` when its task was cancelled.
///
/// Names and shapes are Soto's, so that the one can take the place of the other. An attempt that fails for a passing reason is made
/// again, as the AWS SDKs do in their standard retry mode. An answer that is lost leaves open whether a write took place: what must
/// not happen twice needs a condition or a transaction, which carries a `ClientRequestToken`.
/// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
public final class DynamoDB: Sendable {
    let client: ServiceClient

    /// - Parameter logger: hears of attempts that are made again, and of credentials that cannot be renewed.
    public convenience init(configuration: Configuration, logger: Logger) {
        self.init(client: ServiceClient(configuration: configuration, logger: logger))
    }

    init(client: ServiceClient) {
        self.client = client
    }

    /// Closes the connections: to be called once, after the last operation and before the client is let go.
    public func shutdown() async throws {
        try await client.shutdown()
    }
}
