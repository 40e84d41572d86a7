import FoundationEssentials
import Logging
import Synchronization

/// A cache of credentials, which renews them before they expire: one renewal at a time, and requests use the old credentials meanwhile.
final class CredentialCache: Sendable {
    private typealias Outcome = Result<AWSCredentials, any Error>

    private struct State {
        var lifetime = CredentialLifetime()
        var waiters: [AsyncStream<Outcome>.Continuation] = []
        var renewal: Task<Void, Never>?
    }

    private enum Answer {
        case now(AWSCredentials)
        case later(AsyncStream<Outcome>)
    }

    private let source: any CredentialSource
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let state = Mutex(State())

    init(source: any CredentialSource, now: @escaping @Sendable () -> Date = { Date() }, logger: Logger) {
        self.source = source
        self.now = now
        self.logger = logger
    }

    /// Returns valid credentials.
    /// - Throws: ``DynamoDBError`` `credentials`; `CancellationError` if this task is cancelled while waiting.
    func credentials(within timeout: Duration) async throws -> AWSCredentials {
        let outcomes: AsyncStream<Outcome>
        switch answer() {
        case .now(let credentials): return credentials
        case .later(let stream): outcomes = stream
        }
        do {
            return try await withTimeout(timeout) {
                for await outcome in outcomes { return try outcome.get() }
                throw CancellationError()
            }
        } catch let error as DynamoDBError where error.isTimeout {
            throw DynamoDBError(.credentials, "\(source.name): no credentials within \(timeout)")
        }
    }

    /// Discards credentials that the service rejected.
    /// - Returns: true if other credentials may be available.
    func reject(_ credentials: AWSCredentials) -> Bool {
        state.withLock { $0.lifetime.reject(credentials) }
    }

    /// Cancels a running renewal.
    func shutdown() {
        state.withLock { $0.renewal }?.cancel()
    }

    private func answer() -> Answer {
        state.withLock { state in
            switch state.lifetime.request(now: now()) {
            case .use(let credentials):
                return .now(credentials)
            case .useAndRenew(let credentials):
                state.renewal = makeRenewal()
                return .now(credentials)
            case .wait:
                return .later(Self.addWaiter(to: &state))
            case .renewAndWait:
                state.renewal = makeRenewal()
                return .later(Self.addWaiter(to: &state))
            }
        }
    }

    /// Returns a stream of one outcome: waiting for it ends at once if the task is cancelled.
    private static func addWaiter(to state: inout State) -> AsyncStream<Outcome> {
        let (stream, continuation) = AsyncStream<Outcome>.makeStream()
        state.waiters.append(continuation)
        return stream
    }

    /// Starts a task that is not the child of a request, since others wait for the same credentials after that request is cancelled.
    private func makeRenewal() -> Task<Void, Never> {
        Task {
            let outcome = await self.renew()
            for waiter in self.finish(outcome) {
                waiter.yield(outcome)
                waiter.finish()
            }
        }
    }

    private func renew() async -> Outcome {
        do {
            guard let credentials = try await source.credentials() else {
                throw DynamoDBError(.credentials, "\(source.name): has no credentials any more")
            }
            logger.debug("AWS credentials renewed", metadata: ["access_key_id": "\(credentials.accessKeyID)"])
            return .success(credentials)
        } catch is CancellationError {
            return .failure(DynamoDBError(.credentials, "\(source.name): the client was shut down"))
        } catch {
            logger.warning("AWS credentials cannot be renewed", metadata: ["error": "\(error)"])
            return .failure(error)
        }
    }

    private func finish(_ outcome: Outcome) -> [AsyncStream<Outcome>.Continuation] {
        state.withLock { state in
            switch outcome {
            case .success(let credentials): state.lifetime.renewed(credentials, now: now())
            case .failure: state.lifetime.renewalFailed()
            }
            state.renewal = nil
            defer { state.waiters = [] }
            return state.waiters
        }
    }
}
