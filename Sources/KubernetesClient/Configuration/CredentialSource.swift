import FoundationEssentials

/// Hands out the bearer token for a request, and renews it: an actor, so that one renewal serves all who wait for it.
actor CredentialSource {
    private let credentials: KubernetesConfiguration.Credentials
    private let now: @Sendable () -> Date
    private var cached: (token: String, validUntil: Date)?
    private var renewal: Task<ExecPlugin.Credential, any Error>?

    /// How long a token from a file is used before the file is read again.
    private static let fileLifetime: TimeInterval = 60
    /// A token is not used in the last moments of its life: clocks differ.
    private static let margin: TimeInterval = 30

    init(_ credentials: KubernetesConfiguration.Credentials, now: @escaping @Sendable () -> Date = { Date() }) {
        self.credentials = credentials
        self.now = now
    }

    /// Whether another token could be had than the one that was refused.
    var canRenew: Bool {
        switch credentials {
        case .none, .token: false
        case .tokenFile, .exec: true
        }
    }

    /// Forgets the token: the server has refused it.
    func invalidate() {
        cached = nil
    }

    /// - Throws: ``KubernetesError`` `credentials`.
    func bearerToken() async throws -> String? {
        if let cached, cached.validUntil > now() { return cached.token }
        switch credentials {
        case .none:
            return nil
        case .token(let token):
            return token
        case .tokenFile(let path):
            let token = try read(path)
            cached = (token, now().addingTimeInterval(Self.fileLifetime))
            return token
        case .exec(let plugin):
            let credential = try await renewed(by: plugin)
            let validUntil = credential.expiration?.addingTimeInterval(-Self.margin) ?? .distantFuture
            cached = (credential.token, validUntil)
            return credential.token
        }
    }

    private func renewed(by plugin: ExecPlugin) async throws -> ExecPlugin.Credential {
        if let renewal { return try await renewal.value }
        // Not a child of one request: that request may be cancelled while others wait for the same token.
        let task = Task { try await plugin.credential() }
        renewal = task
        defer { renewal = nil }
        return try await task.value
    }

    private func read(_ path: String) throws -> String {
        do {
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            return String(text.trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace })
        } catch {
            throw KubernetesError(.credentials, "token file \(path) cannot be read: \(error)")
        }
    }
}
