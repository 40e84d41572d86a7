import Foundation

@testable import PodPolicy

/// The tables of `docs/pod-fields.md`: one row for each field of a Pod.
struct PolicyTable {
    enum Verdict: String {
        case allowed, forced, ignored, refused
    }

    struct Row: Sendable, CustomStringConvertible {
        var path: FieldPath
        var verdict: Verdict
        var example: String
        var description: String { path.text }
    }

    var text: String
    var rows: [Row]
    /// As written, before braces are expanded.
    var rowCount: Int

    /// - Throws: if the document cannot be read, or a row is not made of a field, a verdict, an example and a reason.
    init() throws {
        let file = URL(filePath: #filePath).appending(path: "../../../../docs/pod-fields.md").standardized
        text = try String(contentsOf: file, encoding: .utf8)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
        rowCount = lines.count
        rows = try lines.flatMap { try Self.rows(of: String($0)) }
    }

    private static func rows(of line: String) throws -> [Row] {
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard cells.count >= 3, let verdict = Verdict(rawValue: cells[1]), cells[2].hasPrefix("`"), cells[2].hasSuffix("`") else {
            throw MalformedRow(line: line)
        }
        let example = String(cells[2].dropFirst().dropLast())
        return expanded(String(cells[0].dropFirst().dropLast())).map { Row(path: FieldPath($0), verdict: verdict, example: example) }
    }

    struct MalformedRow: Error {
        var line: String
    }

    /// `a.{b,c}.d` stands for `a.b.d` and `a.c.d`.
    private static func expanded(_ text: String) -> [String] {
        guard let open = text.firstIndex(of: "{"), let close = text[open...].firstIndex(of: "}") else { return [text] }
        let (head, tail) = (text[..<open], text[text.index(after: close)...])
        return text[text.index(after: open)..<close].split(separator: ",").flatMap { expanded("\(head)\($0)\(tail)") }
    }
}

/// `spec.containers[].env[].name`, `metadata.labels[a.b/c]`.
struct FieldPath: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case key(String)
        /// The first element stands for every one.
        case element
    }

    var text: String
    var steps: [Step]

    init(_ text: String) {
        self.text = text
        steps = []
        var rest = text[...]
        while !rest.isEmpty {
            if rest.first == "[" {
                let key = rest.dropFirst().prefix { $0 != "]" }
                steps.append(key.isEmpty ? .element : .key(String(key)))
                rest = rest.dropFirst(key.count + 2)
            } else {
                let key = rest.drop { $0 == "." }.prefix { $0 != "." && $0 != "[" }
                steps.append(.key(String(key)))
                rest = rest.drop { $0 == "." }.dropFirst(key.count)
            }
        }
    }

    /// As problems name it.
    var concrete: String { text.replacing("[]", with: "[0]") }
}

extension Tree {
    subscript(path: ArraySlice<FieldPath.Step>) -> Tree? {
        guard let step = path.first else { return self }
        switch (step, self) {
        case (.key(let key), .mapping(let fields)): return fields[key]?[path.dropFirst()]
        case (.element, .list(let elements)): return elements.first?[path.dropFirst()]
        default: return nil
        }
    }

    /// The same with a value in one place. What cannot stand beside it goes, and what must stand beside it comes.
    func setting(_ value: Tree, at path: ArraySlice<FieldPath.Step>) -> Tree {
        guard let step = path.first else { return value }
        switch (step, self) {
        case (.element, .list(let elements)):
            return .list([(elements.first ?? .mapping([:])).setting(value, at: path.dropFirst())] + elements.dropFirst())
        case (.element, _):
            return .list([Tree.mapping([:]).setting(value, at: path.dropFirst())])
        case (.key(let key), .mapping(var fields)):
            for rivals in Self.rivals where rivals.contains(key) { fields = fields.filter { $0.key == key || !rivals.contains($0.key) } }
            fields[key] = (fields[key] ?? .mapping(Self.companions[key] ?? [:])).setting(value, at: path.dropFirst())
            return .mapping(fields)
        case (.key(let key), _):
            return .mapping([key: Tree.mapping([:]).setting(value, at: path.dropFirst())])
        }
    }

    /// Whether everything in `other` is here too.
    func contains(_ other: Tree) -> Bool {
        switch (self, other) {
        case (.mapping(let fields), .mapping(let others)): others.allSatisfy { fields[$0.key]?.contains($0.value) ?? false }
        case (.list(let elements), .list(let others)):
            elements.count == others.count && zip(elements, others).allSatisfy { $0.contains($1) }
        default: self == other
        }
    }

    /// Every path in it that leads to a field; the keys of labels and the like are data, not fields.
    func fieldPaths(_ prefix: String = "") -> Set<String> {
        switch self {
        case .mapping(let fields) where !Self.dataMappings.contains(prefix):
            Set(
                fields.flatMap { key, value in
                    let path = prefix.isEmpty ? key : "\(prefix).\(key)"
                    return value.fieldPaths(path).union([path])
                }
            )
        case .list(let elements): Set(elements.flatMap { $0.fieldPaths(prefix + "[]") })
        default: []
        }
    }

    private static let dataMappings = ["metadata.annotations", "metadata.labels", "spec.nodeSelector"]
    private static let rivals: [Set<String>] = [["exec", "httpGet", "tcpSocket", "grpc"], ["value", "valueFrom"]]
    private static let companions: [String: [String: Tree]] = [
        "fieldRef": ["fieldPath": .string("metadata.name")], "exec": ["command": .list([.string("true")])],
        "httpGet": ["port": .literal("8080")], "tcpSocket": ["port": .literal("8080")], "grpc": ["port": .literal("8080")],
        "httpHeaders": ["name": .string("X-A")],
    ]
}
