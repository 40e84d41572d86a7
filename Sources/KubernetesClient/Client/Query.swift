import FoundationEssentials

/// The query of a request, in a fixed order.
struct Query: Sendable, Equatable {
    private var items: [(name: String, value: String)] = []

    init(labelSelector: String? = nil, fieldSelector: String? = nil) {
        self["labelSelector"] = labelSelector
        self["fieldSelector"] = fieldSelector
    }

    subscript(name: String) -> String? {
        get { items.first { $0.name == name }?.value }
        set {
            items.removeAll { $0.name == name }
            if let newValue { items.append((name, newValue)) }
        }
    }

    /// With its question mark, percent-encoded; empty when there is nothing.
    var encoded: String {
        guard !items.isEmpty else { return "" }
        return "?" + items.map { "\($0.name)=\(Self.escape($0.value))" }.joined(separator: "&")
    }

    static func == (left: Query, right: Query) -> Bool { left.encoded == right.encoded }

    /// RFC 3986: everything but the unreserved characters as %XX.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                escaped.append(Character(UnicodeScalar(byte)))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += byte < 16 ? "%0" + digits : "%" + digits
            }
        }
        return escaped
    }
}
