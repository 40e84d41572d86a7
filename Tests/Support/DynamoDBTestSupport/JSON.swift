import FoundationEssentials

/// A JSON value as it came, for looking at requests without knowing their types.
package enum JSON: Decodable, Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // There is no way to ask for the type but to try one after the other; the commonest first.
        if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([String: JSON].self) {
            self = .object(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .null
        }
    }

    package subscript(_ name: String) -> JSON? {
        guard case .object(let fields) = self, let value = fields[name], value != .null else { return nil }
        return value
    }

    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    package var list: [JSON]? {
        if case .list(let list) = self { list } else { nil }
    }

    package var object: [String: JSON]? {
        if case .object(let fields) = self { fields } else { nil }
    }

    package var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }
}
