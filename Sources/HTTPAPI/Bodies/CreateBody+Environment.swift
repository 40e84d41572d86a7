import Crypto
import FoundationEssentials
import PodPolicy

extension CreateBody {
    /// Reads `env`. Problems name the variable and show no value.
    static func environment(_ fields: JSONObject, _ problems: inout [String]) throws -> [String: String] {
        guard let found = try fields.value("env") else { return [:] }
        if case .null = found { return [:] }
        guard let variables = try fields.object("env") else {
            problems.append("env: is \(found.kind); must be an object of names with strings")
            return [:]
        }
        let names = variables.names
        guard names.count <= PodEnvironment.maximumCount else {
            problems.append("env: has \(names.count) names; at most \(PodEnvironment.maximumCount) are allowed")
            return [:]
        }
        var environment: [String: String] = [:]
        for name in names {
            let path = "env.\(String(String.UnicodeScalarView(name.unicodeScalars.prefix(80))))"
            guard PodEnvironment.isName(name) else {
                problems.append("\(path): is not a name; must be letters, digits and '_', not beginning with a digit")
                continue
            }
            switch try variables.value(name) {
            case .string(let value) where value.utf8.contains(0): problems.append("\(path): must not hold the character NUL")
            case .string(let value): environment[name] = value
            case let other: problems.append("\(path): is \((other ?? .null).kind); must be a string")
            }
        }
        let size = environment.map { $0.key.utf8.count + $0.value.utf8.count }.reduce(0, +)
        if size > PodEnvironment.maximumSize {
            let limit = PodEnvironment.maximumSize
            problems.append("env: has \(size) bytes of names and values; at most \(limit) are allowed")
        }
        return environment
    }

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
