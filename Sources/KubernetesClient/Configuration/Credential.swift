import FoundationEssentials
import NIOSSL

/// What a request says about who sends it.
struct Credential: Sendable, Equatable {
    /// For the header `Authorization`; nil for none.
    var token: String?
    /// From a plugin; nil for the one of the configuration, if there is one.
    var certificate: ClientCertificate?
    /// nil when it does not expire.
    var expiration: Date?
}

/// A client certificate with its key.
struct ClientCertificate: Sendable, Equatable {
    var certificate: PEMSource
    var key: PEMSource

    /// Makes connections use it.
    /// - Throws: ``KubernetesError`` `configuration` when certificate or key cannot be used, or do not belong together.
    func apply(to tls: inout TLSConfiguration) throws {
        tls.certificateChain = try certificate.certificates().map { .certificate($0) }
        tls.privateKey = .privateKey(try key.key())
        // Otherwise a key of another certificate would show only in every connection.
        do { _ = try NIOSSLContext(configuration: tls) } catch {
            throw KubernetesError(.configuration, "\(certificate.name) and \(key.name) do not belong together: \(error)")
        }
    }

    /// When it ends.
    /// - Throws: ``KubernetesError`` `configuration` when it cannot be used.
    func expiration() throws -> Date? {
        var tls = TLSConfiguration.makeClientConfiguration()
        try apply(to: &tls)
        return try certificate.certificates().first.map { Date(timeIntervalSince1970: TimeInterval($0.notValidAfter)) }
    }
}
