import Foundation
import NIOSSL
import TestBasics
import Testing

@testable import KubernetesClient

@Suite struct TLSTests {
    private func configuration() throws -> KubernetesConfiguration {
        KubernetesConfiguration(endpoint: try Endpoint(server: "https://a", tlsServerName: nil))
    }

    private func source(_ text: String, _ field: String) -> PEMSource { .bytes([UInt8](text.utf8), field: field) }

    private func message(_ configuration: KubernetesConfiguration) -> String? {
        do {
            _ = try configuration.tlsConfiguration()
            return nil
        } catch let error as KubernetesError where error.kind == .configuration {
            return error.message
        } catch {
            return "unexpected: \(error)"
        }
    }

    @Test func `the API server is verified unless that is switched off`() throws {
        var configuration = try configuration()
        #expect(try configuration.tlsConfiguration().certificateVerification == .fullVerification)
        configuration.skipsTLSVerification = true
        #expect(try configuration.tlsConfiguration().certificateVerification == .none)
    }

    @Test func `a certificate and its key are used`() throws {
        var configuration = try configuration()
        configuration.certificateAuthority = source(TestPEM.certificate, "ca")
        configuration.clientCertificate = source(TestPEM.certificate, "crt")
        configuration.clientKey = source(TestPEM.key, "key")
        let tls = try configuration.tlsConfiguration()
        #expect(tls.certificateChain.count == 1)
        #expect(tls.privateKey != nil)
    }

    @Test(arguments: [
        ("", "ca holds no certificate"),
        ("not PEM", "ca is not a certificate in PEM"),
        (TestPEM.key, "ca is not a certificate in PEM"),
        (TestPEM.certificate.replacing("MIIB", with: "AAAA"), "ca is not a certificate in PEM"),
    ])
    func `an authority that is no certificate is refused by name`(text: String, expected: String) throws {
        var configuration = try configuration()
        configuration.certificateAuthority = source(text, "ca")
        #expect(message(configuration) == expected)
    }

    @Test(arguments: [
        ("", "key holds no key"),
        ("not PEM", "key is not a private key in PEM without a passphrase"),
        (TestPEM.certificate, "key is not a private key in PEM without a passphrase"),
    ])
    func `a key that is none is refused by name and never shown`(text: String, expected: String) throws {
        var configuration = try configuration()
        configuration.clientCertificate = source(TestPEM.certificate, "crt")
        configuration.clientKey = source(text, "key")
        #expect(message(configuration) == expected)
    }

    @Test func `a key of another certificate is noticed at once`() throws {
        var configuration = try configuration()
        configuration.clientCertificate = source(TestPEM.certificate, "crt")
        configuration.clientKey = source(TestPEM.otherKey, "key")
        #expect(message(configuration)?.hasPrefix("crt and key do not belong together") == true)
    }

    @Test func `a file that is missing or empty is named`() async throws {
        try await withTemporaryFolder { folder in
            var configuration = try configuration()
            configuration.certificateAuthority = .file(folder + "/ca.crt")
            #expect(message(configuration)?.hasPrefix("\(folder)/ca.crt cannot be read") == true)
            try write("", to: folder + "/ca.crt")
            #expect(message(configuration) == "\(folder)/ca.crt holds no certificate")
            try write(TestPEM.certificate, to: folder + "/ca.crt")
            #expect(message(configuration) == nil)
        }
    }
}
