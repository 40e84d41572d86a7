import FoundationEssentials
import NIOSSL

/// Certificates or a key, in a file or inline.
enum PEMSource: Sendable, Equatable {
    case file(String)
    /// - Parameter field: the path of the field in the configuration.
    case bytes([UInt8], field: String)

    var isFile: Bool {
        if case .file = self { true } else { false }
    }

    /// Returns the source with the file's content.
    func loaded() throws -> PEMSource { .bytes(try read(), field: name) }

    /// The name of the source in messages.
    var name: String {
        switch self {
        case .file(let path): path
        case .bytes(_, let field): field
        }
    }

    func read() throws -> [UInt8] {
        switch self {
        case .bytes(let bytes, _):
            return bytes
        case .file(let path):
            do { return [UInt8](try Data(contentsOf: URL(filePath: path))) } catch {
                throw KubernetesError(.configuration, "\(path) cannot be read: \(error)")
            }
        }
    }

    func certificates() throws -> [NIOSSLCertificate] {
        let bytes = try read()
        var certificates: [NIOSSLCertificate] = []
        do { if !bytes.isEmpty { certificates = try NIOSSLCertificate.fromPEMBytes(bytes) } } catch is NIOSSLError {
            throw KubernetesError(.configuration, "\(name) is not a certificate in PEM")
        }
        guard !certificates.isEmpty else { throw KubernetesError(.configuration, "\(name) holds no certificate") }
        return certificates
    }

    func key() throws -> NIOSSLPrivateKey {
        let bytes = try read()
        guard !bytes.isEmpty else { throw KubernetesError(.configuration, "\(name) holds no key") }
        do { return try NIOSSLPrivateKey(bytes: bytes, format: .pem) } catch is NIOSSLError {
            throw KubernetesError(.configuration, "\(name) is not a private key in PEM without a passphrase")
        }
    }
}

extension KubernetesConfiguration {
    /// True if a certificate or the key is in a file, which may change.
    var hasFiles: Bool {
        [certificateAuthority, clientCertificate, clientKey].contains { $0?.isFile == true }
    }

    /// Returns the configuration with the content of its files.
    /// - Throws: ``KubernetesError`` `configuration` if a file cannot be read.
    func loadingFiles() throws -> KubernetesConfiguration {
        var loaded = self
        loaded.certificateAuthority = try certificateAuthority?.loaded()
        loaded.clientCertificate = try clientCertificate?.loaded()
        loaded.clientKey = try clientKey?.loaded()
        return loaded
    }

    /// Returns true if both configurations have the same TLS settings.
    func hasSameTLS(as other: KubernetesConfiguration) -> Bool {
        (certificateAuthority, clientCertificate, clientKey) == (other.certificateAuthority, other.clientCertificate, other.clientKey)
    }

    /// - Throws: ``KubernetesError`` `configuration` if a certificate or the key is unusable.
    func tlsConfiguration() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let certificateAuthority { tls.trustRoots = .certificates(try certificateAuthority.certificates()) }
        if skipsTLSVerification { tls.certificateVerification = .none }
        guard let clientCertificate, let clientKey else { return tls }
        try ClientCertificate(certificate: clientCertificate, key: clientKey).apply(to: &tls)
        return tls
    }
}
