import Foundation
import Yams

/// Any JSON value, for the output as YAML.
enum JSONTree: Codable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONTree].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// The value in one line, with sorted keys as the server writes them.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// The value as a YAML document with sorted keys.
    var yaml: String {
        get throws {
            // LibYAML takes characters for printable that reorder a line.
            let isPlain = try !json.unicodeScalars.contains(where: Shown.isControl)
            return try Yams.serialize(node: node, allowUnicode: isPlain)
        }
    }

    private var node: Node {
        switch self {
        case .null: Node("null", Tag(.null))
        case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): Node("\(value)", Tag(.int))
        case .number(let value): Node("\(value)", Tag(.float))
        case .string(let value): Node.scalar(Self.scalar(value))
        case .array(let values): Node(values.map(\.node), Tag(.seq))
        case .object(let values):
            Node(values.sorted { $0.key < $1.key }.map { (Node.scalar(Self.scalar($0.key)), $0.value.node) }, Tag(.map))
        }
    }

    private static func scalar(_ text: String) -> Node.Scalar {
        if text.contains("\n") { return Node.Scalar(text, Tag(.str), .literal) }
        // YAML 1.1 reads these as booleans.
        if ["y", "Y", "n", "N"].contains(text) { return Node.Scalar(text, Tag(.str), .singleQuoted) }
        return text.represented()
    }
}
