/// A YAML or JSON document as a tree with positions, without aliases, tags or unlimited depth.
indirect enum Element {
    case scalar(Scalar)
    case sequence([Element], Position)
    case mapping([Field], Position)

    struct Scalar {
        var text: String
        /// True for an unquoted scalar, whose type YAML derives from its text.
        var isPlain: Bool
        var position: Position

        var type: YAMLType { isPlain ? YAMLType(ofPlain: text) : .string }
    }

    struct Field {
        var key: String
        var keyPosition: Position
        var value: Element
    }

    var position: Position {
        switch self {
        case .scalar(let scalar): scalar.position
        case .sequence(_, let position), .mapping(_, let position): position
        }
    }

    /// True for nothing or null, which Kubernetes treats as an unset field.
    var isNull: Bool {
        guard case .scalar(let scalar) = self else { return false }
        return scalar.type == .null
    }

    /// True for a mapping whose fields are all unset.
    var isEmptyMapping: Bool {
        guard case .mapping(let fields, _) = self else { return false }
        return fields.allSatisfy(\.value.isNull)
    }
}

/// A place in the text. Line and column count from 1.
struct Position: Sendable, Equatable {
    var line: Int
    var column: Int

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Creates the position after these bytes.
    init(after bytes: some Sequence<UInt8>) {
        self.init(line: 1, column: 1)
        var previous: UInt8 = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where previous == UInt8(ascii: "\r"): break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): self = Position(line: line + 1, column: 1)
            // The second and later bytes of a character.
            case 0x80..<0xC0: break
            default: column += 1
            }
            previous = byte
        }
    }
}

/// Parses the text of one document.
enum Document {
    static let maximumDepth = 32

    /// - Throws: ``PodSpecRefusal`` with one problem.
    static func parse(_ text: String) throws(PodSpecRefusal) -> Element {
        let size = text.utf8.count
        guard size <= PodPolicy.maximumSize else {
            throw refusal(.tooLarge, "the Pod spec has \(size) bytes; at most \(PodPolicy.maximumSize) are allowed")
        }
        if let (scalar, position) = ambiguousScalar(in: text) {
            let name = "U+\(String(scalar.value, radix: 16, uppercase: true))"
            throw refusal(
                .syntax,
                "the Pod spec holds \(name), which not all readers of YAML take for the same; write it as an escape",
                position
            )
        }
        // Windows editors write a byte order mark first, which the parser would take for an indentation.
        var text = JSONEscapes.joiningSurrogates(text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text)
        let document = try text.withUTF8 { bytes in
            Result { () throws(PodSpecRefusal) in
                var reader = try DocumentReader(bytes)
                return try reader.document()
            }
        }.get()
        guard let document else { throw refusal(.required, "the Pod spec is empty") }
        return document
    }

    /// Returns a line end of YAML 1.1 that is none in 1.2, or a byte order mark inside the text.
    private static func ambiguousScalar(in text: String) -> (Unicode.Scalar, Position)? {
        let scalars = text.unicodeScalars
        let found = scalars.indices.first { index in
            switch scalars[index] {
            case "\u{85}", "\u{2028}", "\u{2029}": true
            case "\u{FEFF}": index != scalars.startIndex
            default: false
            }
        }
        return found.map { (scalars[$0], Position(after: text.utf8[..<$0])) }
    }

    static func tooDeep(_ position: Position) -> PodSpecRefusal {
        refusal(.tooDeep, "the Pod spec is nested deeper than \(maximumDepth) levels", position)
    }

    static func refusal(_ code: PodSpecProblem.Code, _ message: String, _ position: Position? = nil) -> PodSpecRefusal {
        PodSpecRefusal(problems: [
            PodSpecProblem(path: "", code: code, message: message, line: position?.line, column: position?.column)
        ])
    }
}
