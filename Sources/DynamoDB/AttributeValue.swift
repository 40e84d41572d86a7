public import FoundationEssentials

extension DynamoDB {
    /// A value of an item in the service's notation, such as `{"S": "text"}`.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
    public enum AttributeValue: Sendable, Hashable {
        case s(String)
        /// A number of up to 38 digits, as text.
        case n(String)
        case b(Data)
        case bool(Bool)
        /// An attribute without a value; the value is always `true`.
        case null(Bool)
        case l([AttributeValue])
        case m([String: AttributeValue])
        case ss([String])
        case ns([String])
        case bs([Data])
    }

    /// An item, a key or a part of either: attribute values by name.
    public typealias Item = [String: AttributeValue]
}

extension DynamoDB.AttributeValue: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case s = "S"
        case n = "N"
        case b = "B"
        case bool = "BOOL"
        case null = "NULL"
        case l = "L"
        case m = "M"
        case ss = "SS"
        case ns = "NS"
        case bs = "BS"
    }

    /// Decodes a value.
    /// - Throws: `DecodingError` unless the object has exactly one known type.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.allKeys.count == 1, let type = container.allKeys.first else {
            let known = CodingKeys.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "an attribute value names exactly one of \(known)")
            )
        }
        switch type {
        case .s: self = .s(try container.decode(String.self, forKey: type))
        case .n: self = .n(try container.decode(String.self, forKey: type))
        case .b: self = .b(try container.decode(Data.self, forKey: type))
        case .bool: self = .bool(try container.decode(Bool.self, forKey: type))
        case .null: self = .null(try container.decode(Bool.self, forKey: type))
        case .l: self = .l(try container.decode([Self].self, forKey: type))
        case .m: self = .m(try container.decode([String: Self].self, forKey: type))
        case .ss: self = .ss(try container.decode([String].self, forKey: type))
        case .ns: self = .ns(try container.decode([String].self, forKey: type))
        case .bs: self = .bs(try container.decode([Data].self, forKey: type))
        }
    }

    /// Encodes the type with its value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .s(let value): try container.encode(value, forKey: .s)
        case .n(let value): try container.encode(value, forKey: .n)
        case .b(let value): try container.encode(value, forKey: .b)
        case .bool(let value): try container.encode(value, forKey: .bool)
        case .null(let value): try container.encode(value, forKey: .null)
        case .l(let value): try container.encode(value, forKey: .l)
        case .m(let value): try container.encode(value, forKey: .m)
        case .ss(let value): try container.encode(value, forKey: .ss)
        case .ns(let value): try container.encode(value, forKey: .ns)
        case .bs(let value): try container.encode(value, forKey: .bs)
        }
    }
}
