import FoundationEssentials

/// The address of the API server, and the host name that its certificate must contain.
struct Endpoint: Sendable, Equatable {
    /// Scheme, host, port and path, without a trailing slash.
    let url: String
    /// The host name or address of the server, without brackets.
    let host: String
    /// The `Host` header; nil for the host of the URL.
    let hostHeader: String?
    /// Host names with the address to which each resolves.
    let dnsOverride: [String: String]

    /// - Parameter tlsServerName: the name in the API server's certificate, if it differs from the one in `server`.
    /// - Throws: ``KubernetesError`` `configuration`.
    init(server: String, tlsServerName: String?) throws {
        guard var components = URLComponents(string: server), let scheme = components.scheme?.lowercased(),
            ["http", "https"].contains(scheme),
            let host = components.host, !host.isEmpty, components.query == nil, components.fragment == nil
        else { throw KubernetesError(.configuration, "server must be an http:// or https:// URL without a query") }
        guard components.port.map({ (1...65_535).contains($0) }) ?? true else {
            throw KubernetesError(.configuration, "the port of server must be 1 to 65535")
        }
        guard components.user == nil, components.password == nil else {
            // The message omits the URL, which contains a password.
            throw KubernetesError(.configuration, "server must not hold a user or a password")
        }
        let address = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.host = address
        while components.path.hasSuffix("/") { components.path.removeLast() }
        guard let tlsServerName else {
            (url, hostHeader, dnsOverride) = (components.string ?? server, nil, [:])
            return
        }
        guard scheme == "https" else { throw KubernetesError(.configuration, "tls-server-name is of no use with an http:// server") }
        guard Self.isDNSName(tlsServerName) else {
            throw KubernetesError(.configuration, "tls-server-name \"\(tlsServerName)\" is not a DNS name")
        }
        // The HTTP client verifies the certificate against the host of the URL. The URL therefore has the certificate's name, which is
        // resolved to the real address.
        hostHeader = components.port.map { "\(host):\($0)" } ?? host
        dnsOverride = [tlsServerName: address]
        components.host = tlsServerName
        url = components.string ?? server
    }

    private static func isDNSName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isNumeric = labels.last?.allSatisfy(\.isNumber) == true  // an IPv4 address
        return !isNumeric && labels.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isLabelByte) }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}
