/// One condition of a Pod or a Node.
public struct Condition: Codable, Sendable, Equatable {
    /// The name of the condition, such as `Ready`.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// A machine-readable reason in CamelCase.
    public var reason: String?
    /// A human-readable sentence.
    public var message: String?
}
