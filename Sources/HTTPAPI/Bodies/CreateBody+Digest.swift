import Crypto
import FoundationEssentials

extension CreateBody {
    /// A digest of the requested values, independent of the JSON notation.
    ///
    /// The database keeps the digest, which must not tell the environment. So the digest of a request with an environment is keyed by the
    /// `Idempotency-Key`: equal values of two stacks have different digests, and a table made beforehand finds none. A reader of the
    /// database has the key too and can try values one by one, so a value should be hard to guess. Any key that all replicas share could
    /// be read like the database. Without an environment the digest is that of earlier versions.
    func digest(key: String) -> String {
        let content = Data(content.utf8)
        guard !environment.isEmpty else { return Self.hexadecimal(SHA256.hash(data: content)) }
        var mac = HMAC<SHA256>(key: SymmetricKey(data: Data(key.utf8)))
        // Neither names nor values hold NUL, and no name is empty, so the end of the list is an empty name.
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) { mac.update(data: Data("\(name)\0\(value)\0".utf8)) }
        mac.update(data: Data([0]))
        mac.update(data: content)
        return Self.hexadecimal(mac.finalize())
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
