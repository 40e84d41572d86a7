/// The rejection of a Pod spec with every problem found, up to ``maximumProblems``.
public struct PodSpecRefusal: Error, Sendable, Equatable {
    /// The maximum number of reported problems.
    public static let maximumProblems = 20
    /// The problems in the order of the document; at least one.
    public var problems: [PodSpecProblem]

    /// Creates a rejection with these problems.
    public init(problems: [PodSpecProblem]) {
        self.problems = problems
    }
}

/// One problem of a Pod spec.
public struct PodSpecProblem: Sendable, Equatable, Codable {
    /// Stable codes for programs.
    public enum Code: String, Sendable, CaseIterable, Codable {
        case tooLarge = "too_large"
        case syntax = "syntax"
        case multipleDocuments = "multiple_documents"
        case tooDeep = "too_deep"
        case aliasNotAllowed = "alias_not_allowed"
        case tagNotAllowed = "tag_not_allowed"
        case duplicateKey = "duplicate_key"
        case notAllowed = "not_allowed"
        case required = "required"
        case wrongType = "wrong_type"
        case invalidValue = "invalid_value"
        case overMaximum = "over_maximum"
        case portMismatch = "port_mismatch"
    }

    /// The path in Kubernetes' notation: `spec.containers[0].securityContext`. Empty for the document as a whole.
    public var path: String
    /// One of ``Code``.
    public var code: String
    /// The value found and the values allowed.
    public var message: String
    /// The line, from 1; nil if the problem concerns the document as a whole.
    public var line: Int?
    /// The column, from 1, in Unicode scalars.
    public var column: Int?

    /// Creates a problem, with its place in the document if there is one.
    public init(path: String, code: Code, message: String, line: Int? = nil, column: Int? = nil) {
        self.path = path
        self.code = code.rawValue
        self.message = message
        self.line = line
        self.column = column
    }
}
