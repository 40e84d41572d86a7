import FoundationEssentials

/// A value of a JSON object, decoded as far as a field's check or its error message needs.
enum JSONValue: Decodable {
    case null
    case bool(Bool)
    /// Exact up to 38 digits; nil for a number out of range.
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
            // Only numbers are left.
            do { self = .number(try container.decode(Decimal.self)) } catch { self = .number(nil) }
        }
    }

    /// - Returns: nil if the value has another type.
    private static func unlessMismatch<Value>(_ read: () throws -> Value) throws -> Value? {
        do { return try read() } catch DecodingError.typeMismatch { return nil }
    }

    private enum NoKeys: CodingKey {}

    /// The integer value of a number, also for `1e2` or `1.0`; nil for other values.
    var integer: Int64? {
        guard case .number(let value?) = self else { return nil }
        return Int64(value.description)
    }

    var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The type of the value in error messages that must not show the value.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string, .array, .object: found
        }
    }

    private static func shortened(_ text: String) -> String {
        text.count > 40 ? text.prefix(40) + "…" : text
    }

    /// The description of the value in error messages.
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
