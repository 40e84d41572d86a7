import FoundationEssentials
import NIOSSL

/// Where the API server is, and how to be admitted to it.
public struct KubernetesConfiguration: Sendable {
    /// Scheme, host, port and path, without a trailing slash.
    public var server: String
    /// The namespace that the context names.
    public var namespace: String?
    var certificateAuthority: PEMSource?
    var clientCertificate: PEMSource?
    var clientKey: PEMSource?
    var skipsTLSVerification = false
    var tlsServerName: String?
    var credentials: Credentials = .none

    init(server: String) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    }

    /// What a request says about who sends it, besides a client certificate.
    enum Credentials: Sendable, Equatable {
        case none
        case token(String)
        /// Read again now and then: service account tokens are rotated.
        case tokenFile(String)
        case exec(ExecPlugin)
    }

    /// Certificates or a key, in a file or in the configuration itself.
    enum PEMSource: Sendable, Equatable {
        case file(String)
        case bytes([UInt8])

        func read() throws -> [UInt8] {
            switch self {
            case .bytes(let bytes):
                return bytes
            case .file(let path):
                do { return [UInt8](try Data(contentsOf: URL(filePath: path))) } catch {
                    throw KubernetesError(.configuration, "\(path) cannot be read: \(error)")
                }
            }
        }
    }

    func tlsConfiguration() throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        do {
            if let certificateAuthority {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(try certificateAuthority.read()))
            }
            if let clientCertificate, let clientKey {
                tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(try clientCertificate.read()).map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: try clientKey.read(), format: .pem))
            }
        } catch let error as NIOSSLError {
            throw KubernetesError(.configuration, "a certificate or key of the Kubernetes configuration is not valid PEM: \(error)")
        }
        if skipsTLSVerification { tls.certificateVerification = .none }
        return tls
    }
}
