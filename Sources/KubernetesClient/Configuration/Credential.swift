import FoundationEssentials
import NIOSSL

/// The credentials of a request.
struct Credential: Sendable, Equatable {
    /// The bearer token; nil for none.
    var token: String?
    /// A plugin's client certificate; nil for the one of the configuration, if any.
    var certificate: ClientCertificate?
    /// The expiry; nil for credentials that do not expire.
    var expiration: Date?
}

/// A client certificate with its key.
struct ClientCertificate: Sendable, Equatable {
    var certificate: PEMSource
    var key: PEMSource

    /// Sets the certificate in a TLS configuration.
    /// - Throws: ``KubernetesError`` `configuration` if certificate or key is unusable, or they do not match.
    func apply(to tls: inout TLSConfiguration) throws {
        tls.certificateChain = try certificate.certificates().map { .certificate($0) }
        tls.privateKey = .privateKey(try key.key())
        // Without this check a key that does not match would fail each connection.
        do { _ = try NIOSSLContext(configuration: tls) } catch {
            throw KubernetesError(.configuration, "\(certificate.name) and \(key.name) do not belong together: \(error)")
        }
    }

    /// Returns the expiry of the certificate.
    /// - Throws: ``KubernetesError`` `configuration` if the certificate is unusable.
    func expiration() throws -> Date? {
        var tls = TLSConfiguration.makeClientConfiguration()
        try apply(to: &tls)
        return try certificate.certificates().first.map { Date(timeIntervalSince1970: TimeInterval($0.notValidAfter)) }
    }
}
