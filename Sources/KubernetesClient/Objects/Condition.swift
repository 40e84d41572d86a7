/// One condition of a Pod or a Node.
public struct Condition: Codable, Sendable, Equatable {
    /// Its name, such as `Ready`.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// A word that a machine can test.
    public var reason: String?
    /// A sentence.
    public var message: String?
}
