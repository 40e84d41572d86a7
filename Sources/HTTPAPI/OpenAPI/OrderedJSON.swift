/// A JSON value whose objects keep the order of their fields, so that the document reads in the order in which it was written.
indirect enum OrderedJSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([OrderedJSON])
    case object([Field])

    struct Field: Sendable, Equatable {
        var name: String
        var value: OrderedJSON
    }

    /// The value of a field; nil if it is missing or this is no object.
    subscript(name: String) -> OrderedJSON? { fields.first { $0.name == name }?.value }

    /// The fields of an object; none for other values.
    var fields: [Field] { if case .object(let fields) = self { fields } else { [] } }
    /// The elements of an array; none for other values.
    var elements: [OrderedJSON] { if case .array(let elements) = self { elements } else { [] } }
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

    /// The JSON text, without spaces.
    var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .string(let value): Self.write(value, to: &text)
        case .array(let elements): Self.write(elements, "[", "]", to: &text) { $0.write(to: &$1) }
        case .object(let fields):
            Self.write(fields, "{", "}", to: &text) { field, text in
                Self.write(field.name, to: &text)
                text += ":"
                field.value.write(to: &text)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element],
        _ begin: String,
        _ end: String,
        to text: inout String,
        _ write: (Element, inout String) -> Void
    ) {
        text += begin
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            write(element, &text)
        }
        text += end
    }

    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\n": text += "\\n"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension OrderedJSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: OrderedJSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, OrderedJSON)...) { self = .object(elements.map { Field(name: $0, value: $1) }) }
}
