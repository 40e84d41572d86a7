import FoundationEssentials

/// A value of a JSON object, read as far as a field's check or a message about it needs it.
enum JSONValue: Decodable {
    case null
    case bool(Bool)
    /// Exact, as far as 38 digits; nil when it is beyond all range, or no number after all.
    case number(Decimal?)
    case string(String)
    case array
    case object

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try Self.unlessMismatch({ try container.decode(Bool.self) }) {
            self = .bool(value)
        } else if let value = try Self.unlessMismatch({ try container.decode(String.self) }) {
            self = .string(value)
        } else if try Self.unlessMismatch({ try decoder.unkeyedContainer() }) != nil {
            self = .array
        } else if try Self.unlessMismatch({ try decoder.container(keyedBy: NoKeys.self) }) != nil {
            self = .object
        } else {
            // All that is left are numbers, well written or not.
            do { self = .number(try container.decode(Decimal.self)) } catch { self = .number(nil) }
        }
    }

    /// - Returns: nil when the value is of another type.
    private static func unlessMismatch<Value>(_ read: () throws -> Value) throws -> Value? {
        do { return try read() } catch DecodingError.typeMismatch { return nil }
    }

    private enum NoKeys: CodingKey {}

    /// The integer that a number is, also when it is written as `1e2` or `1.0`.
    var integer: Int64? {
        guard case .number(let value?) = self else { return nil }
        return Int64(value.description)
    }

    var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    private static func shortened(_ text: String) -> String {
        text.count > 40 ? text.prefix(40) + "…" : text
    }

    /// What a message says that was found.
    var found: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value?): "the number \(Self.shortened(value.description))"
        case .number(nil): "a number that cannot be read"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
