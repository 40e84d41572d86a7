import FoundationEssentials
import Logging
import NIOHTTP1

/// The JSON 1.0 protocol: signed requests with retries.
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
final class ServiceClient: Sendable {
    private let configuration: DynamoDB.Configuration
    private let headers: @Sendable () -> [(name: String, value: String)]
    private let transport: HTTPTransport
    private let credentials: CredentialCache
    private let clock: ServiceClock
    private let retrier: Retrier

    init(
        configuration: DynamoDB.Configuration,
        headers: @escaping @Sendable () -> [(name: String, value: String)] = { [] },
        logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() },
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.configuration = configuration
        self.headers = headers
        transport = HTTPTransport()
        clock = ServiceClock(now: now)
        retrier = Retrier(
            maximumAttempts: configuration.maximumAttempts,
            timeout: configuration.operationTimeout,
            pause: pause,
            logger: logger
        )
        // Credentials have a separate quota, so that throttled tables do not block a renewal.
        var credentialRetrier = retrier
        credentialRetrier.quota = SharedRetryQuota()
        credentialRetrier.maximumAttempts = 3
        credentialRetrier.timeout = .seconds(20)
        let means = DynamoDB.Configuration.Credentials.Means(
            region: configuration.region,
            transport: transport,
            clock: clock,
            retrier: credentialRetrier
        )
        // Uses the corrected clock: by one that is hours fast every temporary key would look expired.
        credentials = CredentialCache(source: configuration.credentials.source(means), now: { [clock] in clock.date }, logger: logger)
    }

    func shutdown() async throws {
        credentials.shutdown()
        try await transport.shutdown()
    }

    /// Returns a new `ClientRequestToken`.
    func makeToken() -> String { UUID().uuidString }

    /// Waits before unprocessed keys are requested again.
    /// - Parameter rounds: the number of responses with unprocessed keys, from 1.
    func pause(afterRounds rounds: Int) async throws {
        try await retrier.pause(Retrier.delay(afterFailures: rounds, random: retrier.random()))
    }

    /// - Throws: ``DynamoDBError``; `CancellationError`.
    func send<Output: Decodable & Sendable>(_ operation: String, _ input: some Encodable) async throws -> Output {
        let body: [UInt8]
        do { body = [UInt8](try JSONEncoder().encode(input)) } catch {
            throw DynamoDBError(.validation, "\(operation) cannot be written as JSON: \(error)")
        }
        let data = try await retrier.run(operation) { try await self.attempt(operation, body, within: $0) }
        do { return try JSONDecoder().decode(Output.self, from: data) } catch {
            throw DynamoDBError(.decoding, "the answer to \(operation) is not a \(Output.self): \(error)")
        }
    }

    private func attempt(_ operation: String, _ body: [UInt8], within remaining: Duration) async throws -> Data {
        let credentials = try await credentials.credentials(within: remaining)
        let request = signed(operation, body, by: credentials)
        let started = ContinuousClock.now
        let response: HTTPTransport.Response
        do {
            response = try await transport.send(request, timeout: min(configuration.attemptTimeout, remaining))
        } catch let error as DynamoDBError {
            RequestMetrics.record(operation, code: "none", since: started)
            throw Retrier.Failure(error: error, isRetryable: true)
        }
        if let text = response.headers.first(name: "x-amz-crc32"), UInt32(text) != CRC32.checksum(response.body) {
            let error = DynamoDBError(.unavailable, "the answer to \(operation) does not match its checksum", status: response.status)
            throw Retrier.Failure(error: error, isRetryable: true)
        }
        guard response.status != 200 else {
            RequestMetrics.record(operation, code: "ok", since: started)
            return response.body
        }
        let error = DynamoDBError(response)
        RequestMetrics.record(operation, code: "\(error.code)", since: started)
        throw Retrier.Failure(error: error, isRetryable: isRetryable(error, response, signedBy: credentials))
    }

    private func isRetryable(_ error: DynamoDBError, _ response: HTTPTransport.Response, signedBy credentials: AWSCredentials) -> Bool {
        switch error.code {
        case .throttled, .unavailable: true
        case .accessDenied where error.type == "ExpiredTokenException": self.credentials.reject(credentials)
        default: clock.correct(after: error.type, headers: response.headers)
        }
    }

    private func signed(_ operation: String, _ body: [UInt8], by credentials: AWSCredentials) -> HTTPTransport.Request {
        let signer = SigV4Signer(credentials: credentials, region: configuration.region, service: "dynamodb")
        let headers = [
            (name: "Host", value: configuration.endpoint.host),
            (name: "Content-Type", value: "application/x-amz-json-1.0"),
            (name: "X-Amz-Target", value: "DynamoDB_20120810.\(operation)"),
        ]
        var request = configuration.endpoint.post(body, headers: headers, signer: signer, at: clock.date)
        // A proxy on the way may replace them, so they are not signed.
        for header in self.headers() { request.headers.add(name: header.name, value: header.value) }
        return request
    }
}
