/// A harmless part of a Pod spec that the Pod does not get as written.
public struct PodSpecWarning: Sendable, Equatable, Codable {
    /// The maximum number of reported warnings.
    public static let maximumCount = 20
    /// The path in Kubernetes' notation: `spec.restartPolicy`.
    public var path: String
    /// The value found, the value that the Pod gets, and the reason.
    public var message: String
    /// The line, from 1.
    public var line: Int?
    /// The column, from 1, in Unicode scalars.
    public var column: Int?

    /// Creates a warning about a place in the document.
    public init(path: String, message: String, line: Int? = nil, column: Int? = nil) {
        self.path = path
        self.message = message
        self.line = line
        self.column = column
    }
}
