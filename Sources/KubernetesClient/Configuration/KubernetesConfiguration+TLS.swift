import FoundationEssentials
import NIOSSL

/// Certificates or a key, in a file or in the configuration itself.
enum PEMSource: Sendable, Equatable {
    case file(String)
    /// - Parameter field: where in the configuration they are.
    case bytes([UInt8], field: String)

    var isFile: Bool {
        if case .file = self { true } else { false }
    }

    /// The same, read.
    func loaded() throws -> PEMSource { .bytes(try read(), field: name) }

    /// What to call it in a message.
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
    /// Whether a certificate or the key is in a file, which may change.
    var hasFiles: Bool {
        [certificateAuthority, clientCertificate, clientKey].contains { $0?.isFile == true }
    }

    /// The same with the content of the files.
    /// - Throws: ``KubernetesError`` `configuration` when one cannot be read.
    func loadingFiles() throws -> KubernetesConfiguration {
        var loaded = self
        loaded.certificateAuthority = try certificateAuthority?.loaded()
        loaded.clientCertificate = try clientCertificate?.loaded()
        loaded.clientKey = try clientKey?.loaded()
        return loaded
    }

    /// Whether connections are secured in the same way.
    func hasSameTLS(as other: KubernetesConfiguration) -> Bool {
        (certificateAuthority, clientCertificate, clientKey) == (other.certificateAuthority, other.clientCertificate, other.clientKey)
    }

    /// - Throws: ``KubernetesError`` `configuration` when a certificate or the key cannot be used.
    func tlsConfiguration() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let certificateAuthority { tls.trustRoots = .certificates(try certificateAuthority.certificates()) }
        if skipsTLSVerification { tls.certificateVerification = .none }
        guard let clientCertificate, let clientKey else { return tls }
        try ClientCertificate(certificate: clientCertificate, key: clientKey).apply(to: &tls)
        return tls
    }
}
