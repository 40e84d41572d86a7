import Crypto
import FoundationEssentials
import HTTPTypes
import Synchronization

/// The accepted API keys. They can be replaced while requests are served.
package final class APIKeys: Sendable {
    /// A key and the name under which the log mentions it.
    package struct Key: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    private struct Accepted {
        var name: String
        var digest: SHA256.Digest
    }

    private let accepted: Mutex<[Accepted]>

    package init(_ keys: [Key]) {
        accepted = Mutex(Self.digests(keys))
    }

    /// Accepts these keys from now on and no others.
    package func replace(_ keys: [Key]) {
        let new = Self.digests(keys)
        accepted.withLock { $0 = new }
    }

    /// Returns the name of the key that a request presents in `X-API-KEY` or as a bearer token; nil if it presents none, several that
    /// differ, or a wrong one.
    func name(for headers: HTTPFields) -> String? {
        let given = Set(Self.presented(headers))
        guard given.count == 1, let value = given.first else { return nil }
        let digest = SHA256.hash(data: Data(value.utf8))
        // Digests have one length and are compared in constant time, each of them, so the duration reveals nothing about the keys.
        return accepted.withLock { accepted in
            var name: String?
            for key in accepted where key.digest == digest { name = name ?? key.name }
            return name
        }
    }

    /// https://datatracker.ietf.org/doc/html/rfc6750#section-2.1
    private static func presented(_ headers: HTTPFields) -> [String] {
        let keys = headers.filter { $0.name.canonicalName == "x-api-key" }.map(\.value)
        let tokens = headers[values: .authorization].map { value -> String in
            let parts = value.split(separator: " ", maxSplits: 1)
            // Another scheme is a wrong key: it must not be ignored beside a right one.
            return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : ""
        }
        return keys + tokens
    }

    private static func digests(_ keys: [Key]) -> [Accepted] {
        keys.map { Accepted(name: $0.name, digest: SHA256.hash(data: Data($0.value.utf8))) }
    }
}
