import NIOSSL
import Synchronization

/// The certificate of the server. It can be replaced; connections that are open keep the one with which they began.
package final class ServerTLS: Sendable {
    private struct Loaded {
        var context: NIOSSLContext
        var expiresAt: Int
    }

    private let current: Mutex<Loaded>

    /// The time in seconds since 1970 at which the first certificate of the chain to expire does so.
    package var expiresAt: Int { current.withLock { $0.expiresAt } }

    /// - Parameters:
    ///   - certificate: the PEM text of the certificate, followed by those of its issuers.
    ///   - key: the PEM text of its private key.
    /// - Throws: ``Unusable``.
    package init(certificate: [UInt8], key: [UInt8]) throws {
        current = Mutex(try Self.load(certificate, key))
    }

    /// Uses another certificate for new connections.
    /// - Throws: ``Unusable``; the certificate stays the one before.
    package func replace(certificate: [UInt8], key: [UInt8]) throws {
        let new = try Self.load(certificate, key)
        current.withLock { $0 = new }
    }

    /// The failure of a certificate or key, as a sentence for the operator.
    package struct Unusable: Error, CustomStringConvertible {
        package var description: String
    }

    /// Returns the handler of one connection.
    func handler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: current.withLock { $0.context })
    }

    private static func load(_ certificate: [UInt8], _ key: [UInt8]) throws -> Loaded {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(certificate)
        } catch {
            throw Unusable(description: "the certificate is not PEM text: \(error)")
        }
        guard !chain.isEmpty else { throw Unusable(description: "the certificate file holds no certificate") }
        let privateKey: NIOSSLPrivateKey
        do {
            privateKey = try NIOSSLPrivateKey(bytes: key, format: .pem)
        } catch {
            throw Unusable(description: "the key is not a private key in PEM text without a passphrase: \(error)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(privateKey)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            let expiresAt = chain.map { Int($0.notValidAfter) }.min() ?? 0
            return Loaded(context: try NIOSSLContext(configuration: configuration), expiresAt: expiresAt)
        } catch {
            throw Unusable(description: "the key does not belong to the certificate: \(error)")
        }
    }
}
