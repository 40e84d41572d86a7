import CYaml
import Yams

/// A YAML or JSON document as a tree with positions: plain, bounded, and without YAML's traps.
indirect enum Element {
    case scalar(Scalar)
    case sequence([Element], Position)
    case mapping([Field], Position)

    struct Scalar {
        var text: String
        /// Written without quotes, so that YAML gives it a type.
        var isPlain: Bool
        var position: Position
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

    /// Nothing at all, or null: Kubernetes takes the field for not set.
    var isNull: Bool {
        guard case .scalar(let scalar) = self else { return false }
        return scalar.isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.text)
    }
}

/// Both from 1.
struct Position: Sendable, Equatable {
    var line: Int
    var column: Int
}

/// Reads the text of one document.
enum Document {
    static let maximumDepth = 32
    /// The parser calls itself for each level, and a thread's stack may be small: it must not get as deep as it would by itself, 1000.
    /// For the whole process and once, since that is how the parser has it; a little more than our own maximum, which is told better.
    private static let parserIsBounded: Void = yaml_set_max_nest_level(64)

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
        // Editors on Windows put a byte order mark first; the parser would take it for an indentation.
        let text = JSONEscapes.joiningSurrogates(text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text)
        guard !AliasScan.mayExpand(text) else { throw refusal(.aliasNotAllowed, "YAML aliases and anchors are not allowed") }
        guard !KeyScan.mayBeSlow(text) else { throw refusal(.syntax, "a key must be a string, not a list or a mapping") }
        let parser: Yams.Parser
        let root: Node?
        do {
            parserIsBounded
            // Without resolver rules every scalar is a string, so that `1` and `"1"` count as the same key.
            parser = try Yams.Parser(yaml: text, resolver: .basic, encoding: .utf8)
            root = try parser.singleRoot()
        } catch let error as YamlError {
            throw refusal(for: error)
        } catch {
            throw refusal(.syntax, "the Pod spec is not YAML")
        }
        guard let root else { throw refusal(.required, "the Pod spec is empty") }
        // The parser alone keeps the anchors of its nodes alive, and they must be seen.
        let reader = DocumentReader(text)
        let element = try reader.element(root, depth: 1)
        return withExtendedLifetime(parser) { element }
    }

    private static func refusal(for error: YamlError) -> PodSpecRefusal {
        switch error {
        case .parser(_, let problem, let mark, _) where problem.contains("nesting level"):
            refusal(
                .tooDeep,
                "the Pod spec is nested deeper than \(maximumDepth) levels",
                Position(line: mark.line, column: mark.column)
            )
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            refusal(.syntax, "the Pod spec is not YAML: \(problem)", Position(line: mark.line, column: mark.column))
        case .composer(_, let problem, let mark, _) where problem.contains("another document"):
            refusal(.multipleDocuments, "the Pod spec must be one document", Position(line: mark.line, column: mark.column))
        case .composer(_, let problem, let mark, _):
            refusal(.aliasNotAllowed, "YAML aliases are not allowed: \(problem)", Position(line: mark.line, column: mark.column))
        case .duplicatedKeysInMapping(let keys, let context):
            refusal(
                .duplicateKey,
                "the key \"\(Excerpt.of(keys.first ?? ""))\" stands twice",
                Position(line: context.mark.line, column: context.mark.column)
            )
        case .reader(let problem, let offset, _, let text):
            refusal(.syntax, "the Pod spec is not YAML: \(problem)", offset.map { position(ofCharacter: $0, in: text) })
        default:
            refusal(.syntax, "the Pod spec is not YAML")
        }
    }

    /// A line end in YAML 1.1 but not in 1.2, or a byte order mark that does not begin the text.
    private static func ambiguousScalar(in text: String) -> (Unicode.Scalar, Position)? {
        var position = Position(line: 1, column: 1)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{85}", "\u{2028}", "\u{2029}": return (scalar, position)
            case "\u{FEFF}" where position != Position(line: 1, column: 1): return (scalar, position)
            case "\n": position = Position(line: position.line + 1, column: 1)
            default: position.column += 1
            }
        }
        return nil
    }

    private static func position(ofCharacter offset: Int, in text: String) -> Position {
        let lines = text.prefix(offset).split(omittingEmptySubsequences: false) { $0.isNewline }
        return Position(line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }

    static func refusal(_ code: PodSpecProblem.Code, _ message: String, _ position: Position? = nil) -> PodSpecRefusal {
        PodSpecRefusal(problems: [
            PodSpecProblem(path: "", code: code, message: message, line: position?.line, column: position?.column)
        ])
    }
}
