import FoundationEssentials

/// A JSON object, checked strictly by RFC 8259: its fields, and the range of each value. Every byte is read once.
///
/// Foundation's decoder keeps one of several equal keys, and checks unused values only in part.
struct JSONObject {
    enum Problem: Error, Equatable {
        case malformed(offset: Int)
        case tooDeep
        /// Parsers differ in which of two equal keys they use, so both are rejected. The key has its path: `a[0].b`.
        case duplicate(key: String)
        case notAnObject
    }

    static let maximumDepth = 64

    private let text: [UInt8]
    private let fields: [[UInt8]: Range<Int>]

    /// - Throws: ``Problem``.
    init(_ text: [UInt8]) throws(Problem) {
        guard String(validating: text, as: UTF8.self) != nil else { throw .malformed(offset: 0) }
        var scanner = JSONScanner(text: text)
        fields = try scanner.object()
        self.text = text
    }

    /// Decodes the value of a field.
    /// - Throws: `DecodingError` for a well-formed value that cannot be represented.
    func value(_ name: String) throws -> JSONValue? {
        guard let range = fields[Array(name.utf8)] else { return nil }
        return try JSONDecoder().decode(JSONValue.self, from: Data(text[range]))
    }

    /// Returns the texts of an array's elements; nil if the field is missing or no array.
    func elements(_ name: String) throws(Problem) -> [[UInt8]]? {
        guard let range = fields[Array(name.utf8)], text[range.lowerBound] == UInt8(ascii: "[") else { return nil }
        var scanner = JSONScanner(text: Array(text[range]))
        return try scanner.elements()
    }

    /// Returns an inner object; nil if the field is missing or no object.
    func object(_ name: String) throws(Problem) -> JSONObject? {
        guard let range = fields[Array(name.utf8)], text[range.lowerBound] == UInt8(ascii: "{") else { return nil }
        return try JSONObject(Array(text[range]))
    }

    /// The names of all fields, sorted.
    var names: [String] { fields.keys.map { String(decoding: $0, as: UTF8.self) }.sorted() }
}

extension JSONObject.Problem {
    /// Returns the problem of a value within `step` of the path.
    fileprivate func within(_ step: String) -> JSONObject.Problem {
        guard case .duplicate(let key) = self else { return self }
        return .duplicate(key: key.hasPrefix("[") ? step + key : "\(step).\(key)")
    }
}

/// Checks the grammar of a JSON text; recursion ends at ``JSONObject/maximumDepth``.
private struct JSONScanner {
    typealias Problem = JSONObject.Problem

    let text: [UInt8]
    private var offset = 0

    init(text: [UInt8]) {
        self.text = text
        // RFC 8259, section 8.1: a parser may ignore a byte order mark.
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    /// Reads the object that is the whole text.
    mutating func object() throws(Problem) -> [[UInt8]: Range<Int>] {
        skipSpace()
        let isObject = byte == UInt8(ascii: "{")
        let fields = isObject ? try object(depth: 1) : [:]
        if !isObject { try value(depth: 1) }
        skipSpace()
        guard byte == nil else { throw malformed }
        guard isObject else { throw .notAnObject }
        return fields
    }

    private var byte: UInt8? { offset < text.count ? text[offset] : nil }
    private var malformed: Problem { .malformed(offset: offset) }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard byte == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func value(depth: Int) throws(Problem) {
        guard depth <= JSONObject.maximumDepth else { throw .tooDeep }
        switch byte {
        case UInt8(ascii: "{"): _ = try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func object(depth: Int) throws(Problem) -> [[UInt8]: Range<Int>] {
        var fields: [[UInt8]: Range<Int>] = [:]
        offset += 1
        skipSpace()
        if skip("}") { return fields }
        repeat {
            skipSpace()
            let key = try string()
            skipSpace()
            guard skip(":") else { throw malformed }
            skipSpace()
            let start = offset
            do throws(Problem) { try value(depth: depth + 1) } catch {
                throw error.within(String(decoding: key, as: UTF8.self))
            }
            guard fields.updateValue(start..<offset, forKey: key) == nil else {
                throw .duplicate(key: String(decoding: key, as: UTF8.self))
            }
            skipSpace()
        } while skip(",")
        guard skip("}") else { throw malformed }
        return fields
    }

    private mutating func array(depth: Int) throws(Problem) {
        try array(depth: depth) { _ in }
    }

    /// Reads the array that is the whole text.
    /// - Returns: the texts of its elements.
    mutating func elements() throws(Problem) -> [[UInt8]] {
        var ranges: [Range<Int>] = []
        try array(depth: 1) { ranges.append($0) }
        return ranges.map { Array(text[$0]) }
    }

    private mutating func array(depth: Int, _ element: (Range<Int>) -> Void) throws(Problem) {
        offset += 1
        skipSpace()
        if skip("]") { return }
        var index = 0
        repeat {
            skipSpace()
            let start = offset
            do throws(Problem) { try value(depth: depth + 1) } catch {
                throw error.within("[\(index)]")
            }
            index += 1
            element(start..<offset)
            skipSpace()
        } while skip(",")
        guard skip("]") else { throw malformed }
    }

    private mutating func word(_ word: StaticString) throws(Problem) {
        for index in 0..<word.utf8CodeUnitCount {
            guard byte == word.utf8Start[index] else { throw malformed }
            offset += 1
        }
    }

    private mutating func number() throws(Problem) {
        _ = skip("-")
        if !skip("0") { try digits() }
        if skip(".") { try digits() }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            try digits()
        }
    }

    private mutating func digits() throws(Problem) {
        let start = offset
        while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        guard offset > start else { throw malformed }
    }

    /// - Returns: the text without escapes, as UTF-8.
    private mutating func string() throws(Problem) -> [UInt8] {
        guard skip("\"") else { throw malformed }
        var content: [UInt8] = []
        while let byte, byte >= 0x20 {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return content
            case UInt8(ascii: "\\"): content += UTF8.encode(try escape()).map(Array.init) ?? []
            default: content.append(byte)
            }
        }
        throw malformed
    }

    /// Reads the rest of an escape after its backslash.
    private mutating func escape() throws(Problem) -> Unicode.Scalar {
        guard let byte else { throw malformed }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar()
        default: throw malformed
        }
    }

    /// Reads the scalar of four hexadecimal digits, or of a surrogate pair.
    private mutating func scalar() throws(Problem) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), skip("\\"), skip("u") else { throw malformed }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else { throw malformed }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func codeUnit() throws(Problem) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw malformed }
            unit = unit << 4 | UInt16(truncatingIfNeeded: digit)
            offset += 1
        }
        return unit
    }
}
