import FoundationEssentials
import Logging

/// Hands out the bearer token for a request, and renews it: an actor, so that one renewal serves all who wait for it.
actor CredentialSource {
    private let credentials: KubernetesConfiguration.Credentials
    private let logger: Logger
    private let now: @Sendable () -> Date
    private var cached: (token: String, validUntil: Date)?
    /// Those who wait for the plugin that another runs; nil while nobody does.
    private(set) var waiting: [AsyncStream<Renewal>.Continuation]?

    typealias Renewal = Result<ExecPlugin.Credential, any Error>

    /// How long a token from a file is used before the file is read again.
    private static let fileLifetime: TimeInterval = 60
    /// A token is not used in the last moments of its life: clocks differ.
    private static let margin: TimeInterval = 30

    init(_ credentials: KubernetesConfiguration.Credentials, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }) {
        self.credentials = credentials
        self.logger = logger
        self.now = now
    }

    /// Forgets a token that the server has refused.
    /// - Returns: whether another could be had.
    func discard(_ refused: String) -> Bool {
        switch credentials {
        case .none, .token:
            return false
        case .tokenFile, .exec:
            // Another request may have renewed it meanwhile.
            if cached?.token == refused { cached = nil }
            return true
        }
    }

    /// - Throws: ``KubernetesError`` `credentials`, or `CancellationError`.
    func bearerToken() async throws -> String? {
        if let cached, cached.validUntil > now() { return cached.token }
        switch credentials {
        case .none:
            return nil
        case .token(let token):
            return token
        case .tokenFile(let path):
            let token = try reread(path)
            cached = (token, now().addingTimeInterval(Self.fileLifetime))
            return token
        case .exec(let plugin):
            return try await renewed(by: plugin)
        }
    }

    /// The kubelet may be in the middle of replacing the file: the last token is good for a while yet.
    private func reread(_ path: String) throws -> String {
        do {
            let text: String
            do { text = try String(contentsOf: URL(filePath: path), encoding: .utf8) } catch {
                throw KubernetesError(.credentials, "token file \(path) cannot be read: \(error)")
            }
            guard let token = BearerToken.trimmed(text) else {
                throw KubernetesError(.credentials, "token file \(path) \(BearerToken.problem)")
            }
            return token
        } catch let error as KubernetesError {
            guard let cached else { throw error }
            logger.warning("using the last token", metadata: ["error": "\(error)"])
            return cached.token
        }
    }

    /// Runs the plugin in the task of the first who needs it; the others wait for that.
    private func renewed(by plugin: ExecPlugin) async throws -> String? {
        guard waiting == nil else { return try await renewedByAnother() }
        waiting = []
        let renewal: Renewal
        do { renewal = .success(try await plugin.credential()) } catch { renewal = .failure(error) }
        for other in waiting ?? [] { other.yield(renewal) }
        waiting = nil
        let credential = try renewal.get()
        cached = (credential.token, credential.expiration?.addingTimeInterval(-Self.margin) ?? .distantFuture)
        return credential.token
    }

    private func renewedByAnother() async throws -> String? {
        let (renewals, continuation) = AsyncStream<Renewal>.makeStream()
        waiting?.append(continuation)
        for await renewal in renewals {
            // It was the other who was cancelled: somebody else has to run the plugin.
            if case .failure(let error) = renewal, error is CancellationError { return try await bearerToken() }
            return try renewal.get().token
        }
        throw CancellationError()
    }
}
