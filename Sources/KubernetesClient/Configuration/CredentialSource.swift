import FoundationEssentials
import Logging

/// Provides and renews the credentials of requests. An actor, so that one renewal serves all waiters.
actor CredentialSource {
    private let credentials: KubernetesConfiguration.Credentials
    private let logger: Logger
    private let now: @Sendable () -> Date
    private var cached: Cached?
    /// The waiters of a plugin run; nil if no plugin is running.
    private(set) var waiting: [AsyncStream<Renewal>.Continuation]?

    typealias Renewal = Result<Credential, any Error>

    private struct Cached {
        var credential: Credential
        /// The time from which the credentials are renewed.
        var renewAt: Date
        /// True once a failed renewal was logged.
        var isWarned = false
    }

    /// The time after which a token file is read again.
    private static let fileLifetime: TimeInterval = 60
    /// The time before its expiry at which a token is renewed, for clock skew.
    private static let margin: TimeInterval = 30
    /// The pause after a failed plugin run while the last credentials are valid.
    private static let pluginPause: TimeInterval = 5

    init(_ credentials: KubernetesConfiguration.Credentials, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }) {
        self.credentials = credentials
        self.logger = logger
        self.now = now
    }

    /// Discards credentials that the API server rejected.
    /// - Returns: true if other credentials may be available.
    func discard(_ refused: Credential) -> Bool {
        switch credentials {
        case .none, .token:
            return false
        case .tokenFile, .exec:
            // Another request may have renewed them meanwhile.
            if cached?.credential == refused { cached = nil }
            return true
        }
    }

    /// Returns valid credentials, renewed if necessary.
    /// - Throws: ``KubernetesError`` `credentials`, or `CancellationError`.
    func credential() async throws -> Credential {
        if let cached, cached.renewAt > now() { return cached.credential }
        switch credentials {
        case .none:
            return Credential()
        case .token(let token):
            return Credential(token: token)
        case .tokenFile(let path):
            let credential = Credential(token: try reread(path))
            cached = Cached(credential: credential, renewAt: now().addingTimeInterval(Self.fileLifetime))
            return credential
        case .exec(let plugin):
            return try await renewed(by: plugin)
        }
    }

    /// Reads the token file. While the kubelet replaces the file, the last token stays valid.
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
            guard let token = cached?.credential.token else { throw error }
            logger.warning("using the last token", metadata: ["error": "\(error)"])
            return token
        }
    }

    /// Runs the plugin in the task of the first caller; later callers wait for it.
    private func renewed(by plugin: ExecPlugin) async throws -> Credential {
        guard waiting == nil else { return try await renewedByAnother() }
        waiting = []
        var renewal: Renewal
        do {
            let credential = try await plugin.credential()
            renewal = .success(credential)
            let renewAt = credential.expiration?.addingTimeInterval(-Self.margin) ?? .distantFuture
            cached = Cached(credential: credential, renewAt: renewAt)
        } catch {
            renewal = .failure(error)
            if let last = lastCredential(after: error) { renewal = .success(last) }
        }
        for other in waiting ?? [] { other.yield(renewal) }
        waiting = nil
        return try renewal.get()
    }

    /// Returns the last credentials if they are still valid after a failed plugin run.
    private func lastCredential(after error: any Error) -> Credential? {
        guard error is KubernetesError, var last = cached, let expiration = last.credential.expiration, now() < expiration else {
            return nil
        }
        if !last.isWarned {
            let metadata: Logger.Metadata = ["error": "\(error)", "expiration": "\(expiration.formatted(.iso8601))"]
            logger.warning("the exec plugin fails; using its last credentials until they expire", metadata: metadata)
        }
        last.isWarned = true
        last.renewAt = now().addingTimeInterval(Self.pluginPause)
        cached = last
        return last.credential
    }

    private func renewedByAnother() async throws -> Credential {
        let (renewals, continuation) = AsyncStream<Renewal>.makeStream()
        waiting?.append(continuation)
        for await renewal in renewals {
            // The running caller was cancelled, so another caller has to run the plugin.
            if case .failure(let error) = renewal, error is CancellationError { return try await credential() }
            return try renewal.get()
        }
        throw CancellationError()
    }
}
