import Glibc
import NIOCore
import PodPolicy

extension ServeConfiguration {
    /// The address on which the service listens.
    struct Address: Equatable {
        /// The host name or address; nil for every address of this host, IPv4 and IPv6.
        var host: String?
        /// 0 for a port chosen by the system, which the log names.
        var port: Int
    }
}

extension ServeConfiguration.Address {
    /// Parses `:8081`, `127.0.0.1:8081`, `localhost:8081`, `[::1]:8081`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.first != "+", let port = Int(digits), (0...65535).contains(port) else { return nil }
        let host = String(text[..<colon])
        if host.isEmpty {
            self.init(host: nil, port: port)
        } else if host.hasPrefix("["), host.hasSuffix("]"), Self.isIPv6(String(host.dropFirst().dropLast()), port) {
            self.init(host: String(host.dropFirst().dropLast()), port: port)
        } else if Grammar.isDNSSubdomain(host.lowercased()) {
            self.init(host: host, port: port)
        } else {
            return nil
        }
    }

    /// The host to bind. An IPv6 socket accepts IPv4 connections too, but the host may lack IPv6.
    var bindHost: String { host ?? (Self.hasIPv6 ? "::" : "0.0.0.0") }

    /// Returns the address as in a URL.
    func description(port: Int) -> String {
        bindHost.contains(":") ? "[\(bindHost)]:\(port)" : "\(bindHost):\(port)"
    }

    private static var hasIPv6: Bool {
        let socket = socket(AF_INET6, CInt(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var any = sockaddr_in6()
        any.sin6_family = sa_family_t(AF_INET6)
        return withUnsafePointer(to: &any) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0 }
        }
    }

    private static func isIPv6(_ text: String, _ port: Int) -> Bool {
        do { return try SocketAddress(ipAddress: text, port: port).protocol == .inet6 } catch { return false }
    }
}
