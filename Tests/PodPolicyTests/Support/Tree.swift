import Foundation

@testable import PodPolicy

/// What a YAML or JSON text says, without positions and styles: for comparing, looking into and writing again.
indirect enum Tree: Equatable {
    case string(String)
    /// A number, true, false or null.
    case literal(String)
    case list([Tree])
    case mapping([String: Tree])

    init(_ element: Element) {
        switch element {
        case .scalar(let scalar):
            self = scalar.type == .string ? .string(scalar.text) : .literal(scalar.text)
        case .sequence(let elements, _): self = .list(elements.map(Tree.init))
        case .mapping(let fields, _): self = .mapping(Dictionary(uniqueKeysWithValues: fields.map { ($0.key, Tree($0.value)) }))
        }
    }

    init(parsing text: String) throws {
        self.init(try Document.parse(text))
    }

    /// Through JSON, as it is sent to the API server.
    init(encoding value: some Encodable) throws {
        var text = try String(decoding: JSONEncoder().encode(value), as: UTF8.self)
        for scalar in ["85", "2028", "2029", "FEFF"] {
            text = text.replacing(
                String(UnicodeScalar(UInt32(scalar, radix: 16) ?? 0) ?? " "),
                with: "\\u" + "0000".dropFirst(scalar.count) + scalar
            )
        }
        try self.init(parsing: text)
    }

    var json: String {
        switch self {
        case .string(let text): Self.quoted(text)
        case .literal(let text): text
        case .list(let elements): "[\(elements.map(\.json).joined(separator: ", "))]"
        case .mapping(let fields):
            "{\(fields.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)): \($0.value.json)" }.joined(separator: ", "))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case _ where !Excerpt.isShowable(scalar) && scalar.value <= 0xFFFF:
                "\\u" + String(repeating: "0", count: 4 - String(scalar.value, radix: 16).count) + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
