import NIOCore
import PodPolicy

extension ServeConfiguration {
    /// Where the service listens.
    struct Address: Equatable {
        var host: String
        /// With 0 the system chooses one, and the log tells which.
        var port: Int
    }
}

extension ServeConfiguration.Address {
    /// `:8081`, `127.0.0.1:8081`, `localhost:8081`, `[::1]:8081`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.first != "+", let port = Int(digits), (0...65535).contains(port) else { return nil }
        let host = String(text[..<colon])
        if host.isEmpty {
            self.init(host: "0.0.0.0", port: port)
        } else if host.hasPrefix("["), host.hasSuffix("]"), Self.isIPv6(String(host.dropFirst().dropLast()), port) {
            self.init(host: String(host.dropFirst().dropLast()), port: port)
        } else if Grammar.isDNSSubdomain(host.lowercased()) {
            self.init(host: host, port: port)
        } else {
            return nil
        }
    }

    private static func isIPv6(_ text: String, _ port: Int) -> Bool {
        do { return try SocketAddress(ipAddress: text, port: port).protocol == .inet6 } catch { return false }
    }
}
