import Dispatch
import Glibc

/// The addresses of a host name.
enum HostAddresses {
    /// Resolves a name as the system does. An address is its own result.
    /// - Returns: numeric addresses; none if the name cannot be resolved now.
    static func resolve(_ host: String) async -> [String] {
        // The system's resolver blocks, so it gets a thread of its own.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: blockingResolve(host)) }
        }
    }

    private static func blockingResolve(_ host: String) -> [String] {
        guard !host.isEmpty else { return [] }
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, nil, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: Set<String> = []
        var next = list
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(text.count)
            if getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 {
                addresses.insert(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            }
            next = entry.ai_next
        }
        return addresses.sorted()
    }
}

extension KubernetesConfiguration {
    /// Resolves the host of ``server`` as the system does now.
    /// - Returns: numeric addresses; none if that fails.
    public func hostAddresses() async -> [String] { await HostAddresses.resolve(endpoint.host) }
}
