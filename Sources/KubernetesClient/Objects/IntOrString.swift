/// A value that is a number or a name.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/
public enum IntOrString: Codable, Sendable, Equatable {
    /// A number, such as a port number.
    case int(Int)
    /// A name, such as a port name.
    case string(String)

    /// Decodes a number or a string.
    /// - Throws: `DecodingError` for any other type.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do { self = .int(try container.decode(Int.self)) } catch DecodingError.typeMismatch {
            self = .string(try container.decode(String.self))
        }
    }

    /// Encodes the bare number or name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .int(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        }
    }
}
