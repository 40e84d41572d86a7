import FoundationEssentials
import NIOSSL

/// Certificates or a key, in a file or in the configuration itself.
enum PEMSource: Sendable, Equatable {
    case file(String)
    /// - Parameter field: where in the configuration they are.
    case bytes([UInt8], field: String)

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
    /// - Throws: ``KubernetesError`` `configuration` when a certificate or the key cannot be used.
    func tlsConfiguration() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let certificateAuthority { tls.trustRoots = .certificates(try certificateAuthority.certificates()) }
        if skipsTLSVerification { tls.certificateVerification = .none }
        guard let clientCertificate, let clientKey else { return tls }
        tls.certificateChain = try clientCertificate.certificates().map { .certificate($0) }
        tls.privateKey = .privateKey(try clientKey.key())
        // Otherwise a key of another certificate would show only in every connection.
        do { _ = try NIOSSLContext(configuration: tls) } catch {
            throw KubernetesError(.configuration, "\(clientCertificate.name) and \(clientKey.name) do not belong together: \(error)")
        }
        return tls
    }
}
