import Logging

/// A cache of HTTP clients by certificate. After a rotation new requests get new clients; the old clients are shut down once the requests
/// and watches that they may still carry have ended.
actor Connections {
    private let configuration: KubernetesConfiguration
    private let timeouts: Transport.Timeouts
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant

    /// The configuration with the content of its files.
    private var loaded: KubernetesConfiguration
    private var loadedAt: ContinuousClock.Instant
    /// The last logged reason for which the files are unusable; nil if they are usable.
    private var problem: String?
    /// The clients, most recently used last; never empty.
    private var entries: [Entry]
    private var isShutDown = false

    private struct Entry {
        /// The configuration from which the clients were created.
        var configuration: KubernetesConfiguration
        var clients: HTTPClients
        var lastUsed: ContinuousClock.Instant
    }

    /// The time after which a file is read again.
    private static let fileLifetime: Duration = .seconds(60)
    /// Longer than a watch and than a page of a list.
    private static let drainTime: Duration = .seconds(360)
    /// The maximum number of entries, since a plugin may return a new certificate each time.
    private static let most = 5

    /// - Throws: ``KubernetesError`` `configuration` if a certificate or the key is unusable.
    init(
        _ configuration: KubernetesConfiguration,
        timeouts: Transport.Timeouts,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) throws {
        self.configuration = configuration
        self.timeouts = timeouts
        self.logger = logger
        self.now = now
        let loaded = try configuration.loadingFiles()
        self.loaded = loaded
        loadedAt = now()
        let clients = HTTPClients(try loaded.tlsConfiguration(), configuration.endpoint, timeouts)
        entries = [Entry(configuration: loaded, clients: clients, lastUsed: loadedAt)]
    }

    /// The number of certificates that have clients.
    var count: Int { entries.count }

    func clients(for credential: Credential) async -> HTTPClients {
        guard !isShutDown else { return entries[entries.count - 1].clients }
        reload()
        var wanted = loaded
        if let certificate = credential.certificate {
            (wanted.clientCertificate, wanted.clientKey) = (certificate.certificate, certificate.key)
        }
        let clients = use(wanted)
        for old in takeDrained() { await close(old) }
        return clients
    }

    func shutdown() async throws {
        isShutDown = true
        var failure: (any Error)?
        for entry in entries {
            do { try await entry.clients.shutdown() } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    /// Reads the files again if it is time. Unusable files, as in the middle of a rotation, leave the configuration unchanged.
    private func reload() {
        guard configuration.hasFiles, now() - loadedAt >= Self.fileLifetime else { return }
        loadedAt = now()
        do {
            let fresh = try configuration.loadingFiles()
            if !fresh.hasSameTLS(as: loaded) { _ = try fresh.tlsConfiguration() }
            loaded = fresh
            problem = nil
        } catch {
            let text = "\(error)"
            if text != problem { logger.warning("certificates cannot be read again; using the last ones", metadata: ["error": "\(text)"]) }
            problem = text
        }
    }

    private func use(_ wanted: KubernetesConfiguration) -> HTTPClients {
        var entry: Entry
        if let index = entries.lastIndex(where: { $0.configuration.hasSameTLS(as: wanted) }) {
            entry = entries.remove(at: index)
        } else {
            do {
                let clients = HTTPClients(try wanted.tlsConfiguration(), configuration.endpoint, timeouts)
                entry = Entry(configuration: wanted, clients: clients, lastUsed: now())
                logger.info("certificates have changed; new requests use the new ones")
            } catch {
                logger.warning("certificates cannot be used; using the last ones", metadata: ["error": "\(error)"])
                return entries[entries.count - 1].clients
            }
        }
        entry.lastUsed = now()
        entries.append(entry)
        return entry.clients
    }

    private func takeDrained() -> [HTTPClients] {
        let excess = max(0, entries.count - Self.most)
        let drained = entries.dropLast().enumerated().prefix { $0.offset < excess || now() - $0.element.lastUsed >= Self.drainTime }
        entries.removeFirst(drained.count)
        return drained.map(\.element.clients)
    }

    private func close(_ clients: HTTPClients) async {
        do { try await clients.shutdown() } catch { logger.warning("old connections not closed", metadata: ["error": "\(error)"]) }
    }
}
