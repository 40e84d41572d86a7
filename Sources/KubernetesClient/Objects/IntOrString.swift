/// A value that is a number or a name.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/
public enum IntOrString: Codable, Sendable, Equatable {
    /// A number.
    case int(Int)
    /// A name.
    case string(String)

    /// - Throws: `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do { self = .int(try container.decode(Int.self)) } catch DecodingError.typeMismatch {
            self = .string(try container.decode(String.self))
        }
    }

    /// Writes the bare number or name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .int(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        }
    }
}
