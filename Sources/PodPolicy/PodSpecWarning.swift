/// Something harmless in a Pod spec that the Pod does not get as the author wrote it.
public struct PodSpecWarning: Sendable, Equatable, Codable {
    /// More than that nobody reads.
    public static let maximumCount = 20
    /// Where, as Kubernetes writes it: `spec.restartPolicy`.
    public var path: String
    /// What was found, what the Pod gets instead, and why.
    public var message: String
    /// From 1.
    public var line: Int?
    /// From 1, counted in Unicode scalars.
    public var column: Int?

    /// A warning about a place in the document.
    public init(path: String, message: String, line: Int? = nil, column: Int? = nil) {
        self.path = path
        self.message = message
        self.line = line
        self.column = column
    }
}
