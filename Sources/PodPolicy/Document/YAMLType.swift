/// The type of an unquoted scalar in Kubernetes' YAML parser: nearly YAML 1.1, but sexagesimal numbers, dates and `=` are strings.
/// https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
enum YAMLType: Equatable {
    case null
    case bool(Bool)
    /// The value; nil if it does not fit in a signed 64-bit integer.
    case integer(Int64?)
    case float
    case string

    init(ofPlain text: String) {
        if let word = Self.words[text] {
            self = word
        } else if let first = text.utf8.first, first == UInt8(ascii: ".") {
            self = Self.hasUnderscoresBetweenDigits(text) && Self.isFloat(Self.withoutUnderscores(text)) ? .float : .string
        } else if let first = text.utf8.first, Grammar.isDigit(first) || "+-".utf8.contains(first) {
            self = Self.number(Self.withoutUnderscores(text))
        } else {
            self = .string
        }
    }

    /// The name of the type in messages.
    var name: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer, .float: "a number"
        case .string: "a string"
        }
    }

    /// Returns true for a text that some parser takes for something else than a string, unless it is quoted: Kubernetes', or one of the whole
    /// YAML 1.1, to which `190:20:30` is a number and `2001-12-14` a date.
    static func isAmbiguous(_ text: String) -> Bool {
        if Self(ofPlain: text) != .string || text == "=" || text == "<<" { return true }
        guard let first = text.utf8.first, Grammar.isDigit(first) || "+-.".utf8.contains(first) else { return false }
        return text.utf8.allSatisfy { Grammar.isDigit($0) || "abcdefABCDEFxXtTzZ+-.:_ \t".utf8.contains($0) }
    }

    private static let words: [String: YAMLType] = {
        var words: [String: YAMLType] = ["": .null, "~": .null]
        let meanings: [(YAMLType, [String])] = [
            (.null, ["null"]), (.bool(true), ["true", "yes", "on", "y"]), (.bool(false), ["false", "no", "off", "n"]),
        ]
        for (type, spellings) in meanings {
            for word in spellings {
                words[word] = type
                words[word.uppercased()] = type
                words[word.prefix(1).uppercased() + word.dropFirst()] = type
            }
        }
        for word in [".inf", ".Inf", ".INF"] { for sign in ["", "+", "-"] { words[sign + word] = .float } }
        for word in [".nan", ".NaN", ".NAN"] { words[word] = .float }
        return words
    }()

    static func withoutUnderscores(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "_")) ? text.replacing("_", with: "") : text
    }

    private static func number(_ text: String) -> YAMLType {
        if let integer = integer(text) { return integer }
        if isFloat(text) { return .float }
        // Go accepts a sign after this prefix.
        guard text.hasPrefix("0b"), let value = Int64(text.dropFirst(2), radix: 2) else { return .string }
        return .integer(value)
    }

    /// Parses as Go's `ParseInt` and `ParseUint` with base 0.
    private static func integer(_ text: String) -> YAMLType? {
        var digits = text.utf8[...]
        let sign = digits.first.flatMap { "+-".utf8.contains($0) ? $0 : nil }
        if sign != nil { digits.removeFirst() }
        var radix = 10
        if digits.first == UInt8(ascii: "0"), digits.count > 1 {
            let letter = digits.dropFirst().first.map { $0 | 0x20 } ?? 0
            let named = digits.count > 2 ? [UInt8(ascii: "b"): 2, UInt8(ascii: "o"): 8, UInt8(ascii: "x"): 16][letter] : nil
            radix = named ?? 8
            digits = digits.dropFirst(named == nil ? 1 : 2)
        }
        guard let first = digits.first, !"+-".utf8.contains(first), let magnitude = UInt64(Substring(digits), radix: radix) else {
            return nil
        }
        switch sign {
        case UInt8(ascii: "-"):
            guard magnitude <= Int64.min.magnitude else { return nil }
            return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
        case nil: return .integer(Int64(exactly: magnitude))
        default: return Int64(exactly: magnitude).map { .integer($0) }
        }
    }

    /// Accepts `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` within the range of a double.
    private static func isFloat(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func skipSign() { if let first = rest.first, "+-".utf8.contains(first) { rest.removeFirst() } }
        func skipDigits() -> Bool {
            let count = rest.prefix(while: Grammar.isDigit).count
            rest = rest.dropFirst(count)
            return count > 0
        }
        skipSign()
        let hasWhole = skipDigits()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let hasFraction = skipDigits()
            guard hasWhole || hasFraction else { return false }
        } else if !hasWhole {
            return false
        }
        if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            skipSign()
            guard skipDigits() else { return false }
        }
        return rest.isEmpty && (Double(text)?.isFinite ?? true)
    }

    private static func hasUnderscoresBetweenDigits(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        return zip(parts, parts.dropFirst()).allSatisfy { left, right in
            left.last.map(Grammar.isDigit) == true && right.first.map(Grammar.isDigit) == true
        }
    }
}
