import Foundation
import NIOSSL

/// The server's address and what the client shows and asks for there.
struct ServerSettings: Sendable {
    /// The URL without a slash at its end.
    var base = "http://127.0.0.1:8081"
    var key: String?
    /// Certificates that are trusted beside those of the system.
    var authorities: [NIOSSLCertificate] = []

    /// - Parameter cacert: a file of certificates in PEM.
    /// - Throws: ``ClientFailure`` with every mistake.
    init(environment: [String: String], cacert: String?) throws {
        var mistakes: [String] = []
        if let text = environment["PROVISIONER_URL"], !text.isEmpty {
            if let problem = Self.problem(of: text) {
                mistakes.append("PROVISIONER_URL: \(problem); must be written as https://ctf.example.org or http://127.0.0.1:8081/prefix")
            }
            base = String(text.reversed().drop { $0 == "/" }.reversed())
        }
        if let text = environment["PROVISIONER_API_KEY"], !text.isEmpty {
            // The key itself must not be shown.
            if !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
                mistakes.append("PROVISIONER_API_KEY: has a space, a control character or one that is not ASCII")
            }
            key = text
        }
        if let cacert {
            do {
                authorities = try NIOSSLCertificate.fromPEMFile(cacert)
                if authorities.isEmpty { mistakes.append("--cacert: \(cacert) contains no certificate") }
            } catch {
                mistakes.append("--cacert: \(cacert) cannot be read as certificates in PEM")
            }
        }
        guard mistakes.isEmpty else { throw ClientFailure.usage(mistakes) }
    }

    private static func problem(of text: String) -> String? {
        guard let url = URLComponents(string: text, encodingInvalidCharacters: false), let scheme = url.scheme?.lowercased() else {
            return "is \"\(text.prefix(80))\", which is not a URL"
        }
        // A password in the URL must not be shown.
        if url.user != nil || url.password != nil { return "contains a user; the key belongs into PROVISIONER_API_KEY" }
        guard ["http", "https"].contains(scheme), let host = url.host, !host.isEmpty else {
            return "is \"\(text.prefix(80))\", which does not begin with http:// or https:// and a host"
        }
        if url.query != nil || url.fragment != nil { return "is \"\(text.prefix(80))\", which has a query or a fragment" }
        // The port of a number that is too large is nil, as is that of none.
        if url.rangeOfPort != nil, !(1...65535).contains(url.port ?? 0) {
            return "is \"\(text.prefix(80))\", whose port is not within 1…65535"
        }
        return nil
    }
}
